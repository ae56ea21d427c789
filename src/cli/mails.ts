import { InvalidArgumentError, type Command } from 'commander';
import { resendMails, type Resent } from '../commands/resendMails';
import { resendUndelivered } from '../commands/resendUndelivered';
import { THE_SYSTEM } from '../commands/writeAudit';
import type { Deps } from '../deps';
import { isMailKind, isMailState, mailInWords, STATE_WORDS } from '../presenters/mailWords';
import { findDeliveries, type DeliveryFilter, type DeliveryRow } from '../queries/findDeliveries';
import type { MailKind, MailState } from '../domain/mails';
import { parseId } from './parseId';
import { complain, EXIT_USAGE, print, printJson, printTable, runCommand } from './run';

interface Options {
  readonly class?: number;
  readonly incident?: number;
  readonly id?: number;
  readonly state?: MailState;
  readonly kind?: MailKind;
  readonly limit?: number;
  readonly evenIfSent?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const LIMIT = 200;

export function addMails(program: Command): void {
  const mails = program.command('mails').description('what was mailed, and what was not');
  mails
    .command('list')
    .description('the newest mails of the ledger, how each stands and why')
    .option('--class <id>', 'of this class date', parseId)
    .option('--incident <id>', 'about this trouble', parseId)
    .option('--state <state>', 'such as bounced, failed, skipped, unknown, queued or sent', parseState)
    .option('--kind <kind>', 'such as class_reminder', parseKind)
    .option('--limit <count>', `at most so many; ${LIMIT} where it is not given`, parseId)
    .option('--json', 'as JSON')
    .action((options: Options) => runCommand((deps) => list(deps, options)));
  mails
    .command('resend')
    .description('send again what failed of a class date or a trouble, or one mail')
    .option('--class <id>', 'what failed of this class date', parseId)
    .option('--incident <id>', 'what failed about this trouble', parseId)
    .option('--id <id>', 'this mail', parseId)
    .option('--even-if-sent', 'with --id: once more although it has been sent')
    .option('--dry-run', 'say what would go out; send nothing')
    .option('--json', 'as JSON')
    .action(async (options: Options) => {
      const chosen = [options.class, options.incident, options.id].filter((id) => id !== undefined);
      if (chosen.length === 1) return runCommand((deps) => resend(deps, options));
      complain('Give one of --class, --incident and --id.');
      process.exitCode = EXIT_USAGE;
    });
}

async function list(_: Deps, options: Options): Promise<0> {
  const { state, kind, limit = LIMIT, json } = options;
  const filter = { ...subjectOf(options), kind, states: state === undefined ? undefined : [state] };
  const rows = await findDeliveries(filter, { offset: 0, limit, nextFirst: state === 'queued' });
  if (json) printJson(rows.map(presentRow));
  else if (rows.length === 0) print('No mail fits.');
  else {
    printTable(
      ['MAIL', 'WHAT', 'TO', 'CLASS', 'STATE', 'PLANNED', 'SENT', 'NEXT TRY', 'WHY'],
      rows.map(presentRow).map((row) => Object.values(row).map((value) => String(value ?? ''))),
    );
  }
  return 0;
}

/** Whom a mail goes to is said by number: what a terminal shows is kept in its history and in logs. */
function presentRow({ mail }: DeliveryRow) {
  return {
    id: mail.id,
    what: mailInWords(mail),
    to: mail.recipientKey,
    classDateId: mail.classDateId,
    state: STATE_WORDS[mail.state],
    plannedAt: mail.createdAt.toISOString(),
    sentAt: mail.sentAt?.toISOString() ?? null,
    nextTryAt: mail.state === 'queued' ? mail.nextAttemptAt.toISOString() : null,
    reason: mail.lastError,
  };
}

async function resend(deps: Deps, options: Options): Promise<0 | 1> {
  const { id, evenIfSent = false, dryRun = false, json } = options;
  const resent =
    id === undefined
      ? await resendUndelivered(deps, subjectOf(options), { dryRun }, THE_SYSTEM)
      : await resendOne(deps, id, { evenIfSent, dryRun });
  const mails = [...resent].map(([mailId, why]) => ({ id: mailId, goesOut: why === null, why }));
  if (json) printJson(mails);
  else {
    for (const mail of mails) if (mail.why !== null) complain(`Mail ${mail.id}: ${mail.why}`);
    const count = mails.filter(({ goesOut }) => goesOut).length;
    print(`${dryRun ? 'Would go out again' : 'On their way once more'}: ${count} of ${mails.length}`);
  }
  return mails.every(({ goesOut }) => goesOut) ? 0 : 1;
}

async function resendOne(
  deps: Deps,
  id: number,
  how: { readonly evenIfSent: boolean; readonly dryRun: boolean },
): Promise<Resent> {
  const resent = await resendMails(deps, { ids: [id], ...how }, THE_SYSTEM);
  return resent.has(id) ? resent : new Map([[id, 'There is no such mail.']]);
}

function subjectOf({ class: classDateId, incident: incidentId }: Options): DeliveryFilter {
  return { classDateId, incidentId };
}

function parseState(text: string): MailState {
  if (!isMailState(text)) throw new InvalidArgumentError(`It is one of ${Object.keys(STATE_WORDS).join(', ')}.`);
  return text;
}

function parseKind(text: string): MailKind {
  if (!isMailKind(text)) throw new InvalidArgumentError('There is no such kind of mail.');
  return text;
}
