import { InvalidArgumentError, type Command } from 'commander';
import { MUST_WAIT, type Resent } from '../commands/resendMails';
import { resendUndelivered } from '../commands/resendUndelivered';
import { sendTestMail } from '../commands/sendTestMail';
import { THE_SYSTEM } from '../commands/writeAudit';
import { addMinutes } from '../domain/clock';
import { readMailStatus, type MailStatus } from '../queries/readMailStatus';
import { complain, print, printJson, printTable, runCommand } from './run';

interface TestOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** As `mails status` has it. What is older is mostly about classes that are over. */
const USUAL_DAYS = 7;
const MOST_DAYS = 3_650;
const DAY_MINUTES = 24 * 60;

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
    .description('send again everything of the last days that failed and would still help')
    .option('--days <count>', 'how far to go back', parseDays, USUAL_DAYS)
    .option('--dry-run', 'say what would go out; send nothing')
    .option('--json', 'as JSON')
    .action(({ days, dryRun = false, json }: TestOptions & { days: number }) =>
      runCommand(async (deps) => {
        const from = addMinutes(deps.clock.now(), -days * DAY_MINUTES);
        const counts = countResent(await resendUndelivered(deps, { from }, { dryRun }, THE_SYSTEM));
        const { undelivered, goOut, mustWait, helpNobodyAnyMore } = counts;
        if (json) printJson(counts);
        else {
          const which = dryRun ? 'Would go out again' : 'On their way once more';
          print(
            `${which}: ${goOut} of ${undelivered} of the last ${days} days. Help nobody any more: ${helpNobodyAnyMore}.`,
          );
          if (mustWait > 0) complain(`Sent again several times within the hour, and must wait: ${mustWait}.`);
        }
        return mustWait > 0 ? 1 : 0;
      }),
    );
}

function countResent(resent: Resent) {
  const [undelivered, all] = [resent.size, [...resent.values()]];
  const goOut = all.filter((why) => why === null).length;
  const mustWait = all.filter((why) => why === MUST_WAIT).length;
  return { undelivered, goOut, mustWait, helpNobodyAnyMore: undelivered - goOut - mustWait };
}

function parseDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= MOST_DAYS) return days;
  throw new InvalidArgumentError(`It is a whole number of days, from 1 to ${MOST_DAYS}.`);
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
