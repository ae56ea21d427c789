import type { Deps } from '../deps';
import { readMailStatus } from '../queries/readMailStatus';
import { check, looked, type Check } from './check';

export async function checkMail(deps: Deps): Promise<Check[]> {
  const { smtp } = deps.config;
  const answer = await deps.mailer.verify().then(
    () => null,
    (error: unknown) => (error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0),
  );
  const why = {
    none: `${smtp.host} answers at port ${smtp.port}, and takes the login.`,
    silent: `${smtp.host} does not answer at port ${smtp.port}.`,
    refused: `${smtp.host} answers, and refuses (${answer}).`,
  };
  const kind = answer === null ? 'none' : answer === 0 || Number.isNaN(answer) ? 'silent' : 'refused';
  return [
    check('smtp', 'Mail server', {
      verdict: kind === 'none' ? 'passed' : 'failed',
      why: why[kind],
      remedy:
        kind === 'refused'
          ? 'Check SMTP_USER and SMTP_PASSWORD; then mails test YOUR-ADDRESS.'
          : 'Check SMTP_HOST, SMTP_PORT and SMTP_SECURE (true for port 465 only), and the firewall.',
    }),
    ...(await looked('mails', 'Mails', () => checkQueue(deps))),
  ];
}

async function checkQueue(deps: Deps): Promise<Check[]> {
  const { counts, failed } = await readMailStatus(deps);
  const bad = (counts.bounced ?? 0) + (counts.failed ?? 0) + (counts.unknown ?? 0);
  const last = failed[0]?.why;
  return [
    check('mails', 'Mails', {
      verdict: bad === 0 ? 'passed' : 'warning',
      why:
        bad === 0
          ? `None of the last seven days failed; waiting: ${counts.queued ?? 0}.`
          : `Of the last seven days ${bad} failed${last ? `; the last one: ${last}` : ''}.`,
      remedy: 'mails status lists them with the reasons; correct the address, or send the link from /admin/passes.',
    }),
  ];
}
