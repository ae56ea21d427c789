import { again } from '../db/transaction';
import type { Deps } from '../deps';
import { isStillTrue } from '../domain/mailTruth';
import {
  FELL_SILENT,
  NEVER_CONFIRMED,
  NO_ANSWER,
  REPEATED_IN_VAIN,
  retryAt,
  SILENCE,
  TAKES_NONE_OF_OURS,
  type ClassMailKind,
} from '../domain/mails';
import { saysTheSame, toldIn, toldOf } from '../domain/told';
import { composeMail, noLongerTrue, type MailSubject } from '../emails/composeMail';
import { MAIL_CONNECTIONS, MailRefused, MailUnclear } from '../emails/mailer';
import { MailDelivery } from '../models/MailDelivery';
import { isEveryMailUnanswered } from '../queries/isEveryMailUnanswered';
import { loadMailAccountLink } from '../queries/loadMailAccountLink';
import { loadMailIncident } from '../queries/loadMailIncident';
import { loadMailClass, loadRecipients, type MailRecipient } from '../queries/loadMails';
import { subjectOf } from '../queries/mailSubject';
import type { MailSubjectId } from '../temporal/outbox';
import { leaseMails } from './leaseMails';
import { noteBounces } from './noteBounces';
import { reportTrouble } from './openIncident';
import { SUPERSEDED, TOO_LATE } from './planMails';
import { toldColumns } from './toldColumns';

export interface SendResult {
  readonly sent: number;
  readonly retrying: number;
}

interface SendInput {
  /** what the mails are about */
  readonly about: MailSubjectId;
  /** The workflow's now: rows become due by it. Leases run by the database's clock. */
  readonly now: Date;
  readonly heartbeat: (sent: number) => void;
}

const HEARTBEAT_MS = 3_000;
/** The mail server does not answer, or takes nothing from us: the rest of the batch would only wait for its time-outs. */
const GIVE_UP_AFTER_UNCLEAR = 3;
const ERROR_MAX = 255;
/** Two updates a mail: without Sequelize's own validation, which builds a model of each, they cost half. */
const PLAINLY = { validate: false, hooks: false } as const;

/** Sends what is due of the mails about something; one bad address holds nobody up. Safe to run several times at once. */
export async function sendDueMails(deps: Deps, { about, now, heartbeat }: SendInput): Promise<SendResult> {
  const result = { sent: 0, retrying: 0 };
  const timer = setInterval(() => heartbeat(result.sent), HEARTBEAT_MS);
  try {
    for (;;) {
      const rows = await leaseMails(deps, about, now);
      if (rows.length === 0) return result;
      await sendBatch(deps, rows, now, result);
    }
  } finally {
    clearInterval(timer);
  }
}

async function sendBatch(
  deps: Deps,
  rows: readonly MailDelivery[],
  now: Date,
  result: { sent: number; retrying: number },
): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const about = await loadSubject(first, now);
  const recipients = await loadRecipients(rows);
  const startedMs = Date.now();
  // The workflow's time, as all other instants of a class.
  const batch = { about, recipients, now, toldAt: () => new Date(now.getTime() + Date.now() - startedMs) };
  const queue = [...rows];
  const bounces: Bounces = { refused: [], reached: [] };
  let unclear = 0;
  const sendNext = async (): Promise<void> => {
    for (let row = queue.shift(); row; row = queue.shift()) {
      const outcome = unclear >= GIVE_UP_AFTER_UNCLEAR ? 'unclear' : await sendOne(deps, row, batch);
      unclear = outcome === 'unclear' ? unclear + 1 : 0;
      if (outcome === 'sent') result.sent += 1;
      countBounce(bounces, recipients.get(row.id), outcome);
      if (unclear === GIVE_UP_AFTER_UNCLEAR) await reportTrouble(deps, { cause: 'mail_unreachable' });
      if (outcome === 'retry' || outcome === 'unclear') {
        result.retrying += 1;
        await putBack(row, now);
      }
    }
  };
  await Promise.all(Array.from({ length: MAIL_CONNECTIONS }, sendNext));
  if (await isAllInVain(deps, rows, unclear)) await reportTrouble(deps, { cause: 'mail_unreachable' });
  await noteBounces({ ...bounces, now });
}

/**
 * Too few for the batch to be given up, as a class of one student has, and nobody let any of them in. That a server which
 * lets us in is silent over one mail may be for the sake of that mail, if it is not so over those of other classes as well.
 */
async function isAllInVain(deps: Deps, rows: readonly MailDelivery[], unclear: number): Promise<boolean> {
  const tooFew = rows.length < GIVE_UP_AFTER_UNCLEAR && unclear === rows.length;
  if (!tooFew) return false;
  // One that is left out now says so around the words.
  const isSilence = ({ lastError }: MailDelivery) => SILENCE.some((words) => lastError?.includes(words));
  if (!rows.every(isSilence)) return true;
  return deps.mailer.verify().then(
    () => isEveryMailUnanswered(deps.clock.now()),
    () => true,
  );
}

interface Bounces {
  readonly refused: string[];
  readonly reached: string[];
}

function countBounce({ refused, reached }: Bounces, recipient: MailRecipient | undefined, outcome: Outcome): void {
  if (recipient && outcome === 'bounced') refused.push(recipient.email);
  if (recipient && outcome === 'sent') reached.push(recipient.email);
}

function loadSubject(row: MailDelivery, now: Date): Promise<MailSubject> {
  const about = subjectOf(row);
  if ('incidentId' in about) return loadMailIncident(about.incidentId, now);
  if ('accountLinkId' in about) return loadMailAccountLink(about.accountLinkId);
  return loadMailClass(about.classDateId, now);
}

type Outcome = 'sent' | 'bounced' | 'retry' | 'unclear' | 'over';

interface Batch {
  readonly about: MailSubject;
  readonly recipients: ReadonlyMap<number, MailRecipient>;
  readonly now: Date;
  readonly toldAt: () => Date;
}

async function sendOne(deps: Deps, row: MailDelivery, batch: Batch): Promise<Outcome> {
  const { about } = batch;
  const recipient = batch.recipients.get(row.id);
  if (!recipient) return finish(row, 'failed', 'the person no longer exists');
  if (recipient.skip !== null) return leaveOut(row, recipient.skip);
  const untrue = noLongerTrue(row, about, recipient, batch.now);
  if (untrue !== null) return leaveOutUntrue(row, untrue);
  const late = tooLate(row, batch.now);
  if (late !== null) return leaveOut(row, late);
  if (isOutdated(row, about, recipient)) return finish(row, mayBeOut(row) ? 'unknown' : 'skipped', SUPERSEDED);
  const composed = await composeMail(deps, row, about, recipient, batch.now).catch(() => null);
  if (!composed) return finish(row, 'failed', 'the mail could not be made; is the address right?');
  try {
    await deps.mailer.send(composed, () => markDataSent(row, batch));
    await finish(row, 'sent', null);
    return 'sent';
  } catch (error) {
    if (error instanceof MailRefused) return afterRefusal(row, error);
    deps.logger.warn(
      { deliveryId: row.id, reason: error instanceof Error ? error.name : 'unknown' },
      'mail is unclear',
    );
    return afterNoAnswer(row, error);
  }
}

/** Before this try. Whoever is taken to know what it says without having been mailed counts as well. */
function mayBeOut({ toldAt, resent }: MailDelivery): boolean {
  return toldAt !== null || resent;
}

/** It waited for us to come back, not for its mail server. What may have gone out already is repeated all the same. */
function tooLate(row: MailDelivery, now: Date): string | null {
  return !mayBeOut(row) && now >= row.usefulUntil ? TOO_LATE : null;
}

/** It does not go out (any more). What may have gone out once is not called skipped for that. */
function leaveOut(row: MailDelivery, why: string): Promise<'over'> {
  if (!row.resent) return finish(row, 'skipped', why);
  return finish(row, 'unknown', `it may have gone out once, and was not repeated: ${why}`);
}

/** How long a link helps shows only once its class is over: until then all that was tried was in vain. */
function leaveOutUntrue(row: MailDelivery, why: string): Promise<'over'> {
  const { kind, lastError } = row;
  return kind === 'new_link' && lastError !== null ? giveUp(row, `${lastError}; ${why}`) : leaveOut(row, why);
}

/** Every try was in vain: that is no purpose of ours, and somebody should hear of it. */
function giveUp(row: MailDelivery, why: string): Promise<'over'> {
  return row.resent ? leaveOut(row, why) : finish(row, 'failed', why);
}

/** What it would say is no longer so; or it may have gone out once, and its repeat would say something else. */
function isOutdated(row: MailDelivery, about: MailSubject, { before }: MailRecipient): boolean {
  if (!('classDate' in about)) return false;
  const now = toldOf(about.classDate);
  const said = row.toldAt && toldIn(row);
  if (said && !saysTheSame(said, now)) return true;
  // They have been told meanwhile, or it was changed back.
  if (row.kind === 'rescheduled' && row.copy === 0 && before && saysTheSame(before.told, now)) return true;
  return !isStillTrue(row.kind as ClassMailKind, row.userId, about.classDate);
}

/** Committed before the final dot: from here on the mail may have gone out, and its reader knows what it says. */
async function markDataSent(row: MailDelivery, { about, toldAt }: Batch): Promise<void> {
  const told = 'classDate' in about ? toldColumns(about.classDate, toldAt()) : {};
  const where = { id: row.id, state: 'sending', leaseHolder: row.leaseHolder } as const;
  const [changed] = await again(() => MailDelivery.update({ state: 'data_sent', ...told }, { where, ...PLAINLY }));
  if (changed !== 1) throw new Error('The lease on this mail was lost; somebody else sends it.');
}

/**
 * Not taken, this try told nothing; what a former one may have told is known still. Whoever was taken to know what it says
 * without a mail has none of it.
 */
async function afterRefusal(row: MailDelivery, refusal: MailRefused): Promise<Outcome> {
  const { permanent, aboutMail, responseCode } = refusal;
  // That this try told something stands in the row, not in our copy of it.
  const { id, leaseHolder } = row;
  if (row.toldAt === null) await again(() => MailDelivery.update({ toldAt: null }, { where: { id, leaseHolder } }));
  if (permanent) {
    const refused = `the mail server refused it (${responseCode})`;
    if (row.resent) await finish(row, 'unknown', `it may have gone out once; of its repeat: ${refused}`);
    else await finish(row, 'bounced', refused);
    return 'bounced';
  }
  row.set({ lastError: `${refusalInWords(refusal)} (${responseCode})` });
  return aboutMail ? 'retry' : 'unclear';
}

function refusalInWords({ aboutMail, atTheDoor }: MailRefused): string {
  if (aboutMail) return 'the mail server asked to try later';
  return atTheDoor ? 'the mail server does not let us in' : TAKES_NONE_OF_OURS;
}

/** Before the data had gone out nothing was sent; after it, the one repeat is allowed, then the row says `unknown`. */
async function afterNoAnswer(row: MailDelivery, error: unknown): Promise<Outcome> {
  const { leaseHolder } = row;
  const { state, resent, leaseHolder: holderNow } = await row.reload();
  if (holderNow !== leaseHolder) return 'over';
  const noAnswer = error instanceof MailUnclear && error.fellSilent ? FELL_SILENT : NO_ANSWER;
  row.set({ lastError: state === 'data_sent' ? NEVER_CONFIRMED : noAnswer });
  if (state !== 'data_sent') return 'unclear';
  if (resent) return finish(row, 'unknown', REPEATED_IN_VAIN);
  await again(() => row.update({ resent: true }));
  return 'unclear';
}

async function putBack(row: MailDelivery, now: Date): Promise<void> {
  const nextAttemptAt = retryAt(row.attempts, now);
  const lastError = row.lastError ?? NO_ANSWER;
  if (nextAttemptAt >= row.usefulUntil) {
    await giveUp(row, `${lastError}; by the next try it would no longer help`);
    return;
  }
  await again(() =>
    MailDelivery.update(
      { state: 'queued', nextAttemptAt, leaseHolder: null, leaseUntil: null, lastError },
      { where: { id: row.id, leaseHolder: row.leaseHolder } },
    ),
  );
}

async function finish(
  row: MailDelivery,
  state: 'sent' | 'bounced' | 'failed' | 'skipped' | 'unknown',
  lastError: string | null,
): Promise<'over'> {
  const finished = {
    state,
    leaseHolder: null,
    leaseUntil: null,
    lastError: lastError?.slice(0, ERROR_MAX) ?? null,
    ...(state === 'sent' ? { sentAt: new Date() } : {}),
  };
  const where = { id: row.id, leaseHolder: row.leaseHolder };
  // A mail that is out would be repeated.
  await again(() => MailDelivery.update(finished, { where, ...PLAINLY }));
  return 'over';
}
