import type { Command } from 'commander';
import { resendMails } from '../commands/resendMails';
import { sendTestMail } from '../commands/sendTestMail';
import { THE_SYSTEM } from '../commands/writeAudit';
import { UNDELIVERED } from '../domain/resending';
import { findDeliveryIds } from '../queries/findDeliveries';
import { readMailStatus, type MailStatus } from '../queries/readMailStatus';
import { complain, print, printJson, printTable, runCommand } from './run';

interface TestOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** More than fail in a week, unless a mail server was down. */
const RETRIED_MOST = 1_000;

/** Beside what else `mails` does: whether mails go out at all, and trying again all that did not. */
export function addMailTest(program: Command): void {
  const mails =
    program.commands.find((command) => command.name() === 'mails') ??
    program.command('mails').description('what is sent to people');
  addMailStatus(mails);
  addMailRetry(mails);
  addMailToOneself(mails);
}

function addMailStatus(mails: Command): void {
  mails
    .command('status')
    .description('how mails are sent, how many wait, and which of the last week failed')
    .option('--json', 'as JSON')
    .action(({ json }: { json?: boolean }) =>
      runCommand(async (deps) => {
        const status = await readMailStatus(deps);
        if (json) printJson(status);
        else printStatus(status);
        return 0;
      }),
    );
}

function addMailRetry(mails: Command): void {
  mails
    .command('retry')
    .description('send again everything that did not arrive and would still help')
    .option('--dry-run', 'say what would go out; send nothing')
    .option('--json', 'as JSON')
    .action(({ dryRun = false, json }: TestOptions) =>
      runCommand(async (deps) => {
        const ids = await findDeliveryIds({ states: UNDELIVERED }, RETRIED_MOST);
        const resent = await resendMails(deps, { ids, evenIfSent: false, dryRun }, THE_SYSTEM);
        const out = [...resent.values()].filter((why) => why === null).length;
        const counts = { undelivered: ids.length, goOut: out, helpNobodyAnyMore: ids.length - out };
        if (json) printJson(counts);
        else
          print(
            `${dryRun ? 'Would go out again' : 'On their way once more'}: ${out} of ${ids.length}; the others help nobody any more.`,
          );
        return 0;
      }),
    );
}

function addMailToOneself(mails: Command): void {
  mails
    .command('test')
    .description('send one mail to yourself, to see whether mails arrive')
    .argument('<address>', 'your own address')
    .option('--dry-run', 'say how it would be sent; send nothing')
    .option('--json', 'as JSON')
    .action((address: string, { dryRun, json }: TestOptions) =>
      runCommand(async (deps) => {
        const { host, port } = deps.config.smtp;
        if (dryRun) {
          if (json) printJson({ to: address, host, port });
          else print(`Would send one mail to ${address} by ${host}, port ${port}.`);
          return 0;
        }
        const test = await sendTestMail(deps, address, THE_SYSTEM);
        if (json) printJson(test);
        else (test.accepted ? print : complain)(test.words);
        return test.accepted ? 0 : 1;
      }),
    );
}

function printStatus({ config, counts, failed }: MailStatus): void {
  print(
    `by ${config.host}, port ${config.port}, TLS ${config.tls}, ${config.user ? 'with a login' : 'without a login'}`,
  );
  print(`from ${config.from}`);
  const words = Object.entries(counts).map(([state, count]) => `${state} ${count}`);
  print(`last seven days: ${words.length > 0 ? words.join(', ') : 'none'}`);
  if (failed.length === 0) return print('None of them failed.');
  printTable(
    ['MAIL', 'KIND', 'STATE', 'CLASS', 'WHEN', 'WHY'],
    failed.map(({ id, kind, state, classDateId, at, why }) => [
      String(id),
      kind,
      state,
      classDateId === null ? '-' : String(classDateId),
      at.toISOString(),
      why ?? '',
    ]),
  );
}
