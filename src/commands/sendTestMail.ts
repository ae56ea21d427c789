import type { Deps } from '../deps';
import { MailRefused } from '../emails/mailer';
import { composeTestMail } from '../emails/testMail';
import { FieldErrors } from '../errors';
import { isEmail } from './parseGuests';
import { writeAudit, type AuditOrigin } from './writeAudit';

/** What the mail server made of it, in words. */
export interface MailTest {
  readonly accepted: boolean;
  readonly words: string;
}

/**
 * Sends one mail to see whether mails go out.
 *
 * @throws FieldErrors when the address is none
 */
export async function sendTestMail(deps: Deps, to: string, origin: AuditOrigin): Promise<MailTest> {
  if (!isEmail(to))
    throw new FieldErrors([{ field: 'to', message: 'Enter an e-mail address, such as name@example.com.' }]);
  const result = await send(deps, to);
  await writeAudit(deps, origin, { action: 'mail_tested', metadata: { accepted: result.accepted } }, null);
  return result;
}

async function send({ mailer, config }: Deps, to: string): Promise<MailTest> {
  const { host, port } = config.smtp;
  try {
    await mailer.send(await composeTestMail(config, to), () => Promise.resolve());
    return { accepted: true, words: `${host} has taken it. Look whether it arrives, and not among spam.` };
  } catch (error) {
    if (error instanceof MailRefused) return { accepted: false, words: refusalInWords(host, error.responseCode) };
    const words = `${host} did not answer at port ${port}, or not to the end. Check SMTP_HOST, SMTP_PORT, SMTP_SECURE and the firewall.`;
    return { accepted: false, words };
  }
}

function refusalInWords(host: string, code: number): string {
  if (code === 535 || code === 530 || code === 534) {
    return `${host} does not take the login (${code}). Check SMTP_USER and SMTP_PASSWORD.`;
  }
  if (code === 550 || code === 553 || code === 554) {
    return `${host} refuses sender or recipient (${code}). Check that MAIL_FROM_ADDRESS may send there.`;
  }
  return `${host} refuses it (${code}).`;
}
