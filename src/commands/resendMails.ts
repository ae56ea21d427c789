import { randomBytes } from 'node:crypto';
import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { resendStanding, resendUntil, UNDELIVERED, type MailSituation } from '../domain/resending';
import { MailDelivery } from '../models/MailDelivery';
import { readMailSituations } from '../queries/readMailSituations';
import { subjectColumn, subjectOf } from '../queries/mailSubject';
import { createFailureLimit, type FailureLimit } from '../security/failureLimit';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';
import { writeAudit, type AuditOrigin } from './writeAudit';

export interface ResendOrder {
  readonly ids: readonly number[];
  /** Send also what has been sent; otherwise only what has not arrived as far as we know. */
  readonly evenIfSent: boolean;
  readonly dryRun?: boolean;
}

/** What has become of each mail: null where it goes out again, else why it does not. */
export type Resent = ReadonlyMap<number, string | null>;

/** Why a mail that would help does not go out again yet. */
export const MUST_WAIT =
  'It has been sent again several times within the hour. Wait, or look whether the address is right.';

/** Nobody's mailbox is ours to fill, and no button's to press over and over. */
const PER_MAIL = { name: 'mail-resend', failures: 5, seconds: 60 * 60 };

/**
 * Sends mails once more: one that never arrived goes out anew as the row it is; one that has been sent gets a row of its
 * next copy, of which there is one, so that a double click sends nothing twice.
 */
export async function resendMails(deps: Deps, order: ResendOrder, origin: AuditOrigin): Promise<Resent> {
  const tooOften = await countPresses(deps, order);
  const { resent, outboxIds } = await inTransaction(deps.db, async (transaction) => {
    const rows = await MailDelivery.findAll({ where: { id: [...order.ids] }, order: ['id'], transaction, lock: true });
    const situations = await readMailSituations(rows, transaction);
    const outcome = new Map<number, string | null>();
    const hints = new Map<string, number>();
    for (const row of rows) {
      const resending = { row, situation: situations.get(row.id), order, tooOften };
      const refusal = await resend(deps, resending, origin, transaction);
      outcome.set(row.id, refusal);
      if (refusal === null && !order.dryRun) await hint(row, hints, transaction);
    }
    return { resent: outcome, outboxIds: [...hints.values()] };
  });
  await deliverOutbox(deps, ...outboxIds);
  return resent;
}

interface Resending {
  readonly row: MailDelivery;
  readonly situation: MailSituation | undefined;
  readonly order: ResendOrder;
  /** ids of those that were pressed for too often */
  readonly tooOften: ReadonlySet<number>;
}

/**
 * Counts each mail that would go out; where it is only asked what would, nothing is counted, and the answer is the same. Not in the transaction: the counter has a connection of its own, and whoever holds
 * one while waiting for another keeps both from everybody else.
 *
 * @returns those that have gone out too often within the hour
 */
async function countPresses({ db, clock }: Deps, order: ResendOrder): Promise<Set<number>> {
  const tooOften = new Set<number>();
  const limit = createFailureLimit(db, PER_MAIL);
  const allow = order.dryRun ? wouldAllow(limit) : (key: string) => limit.count(key);
  const rows = await MailDelivery.findAll({ where: { id: [...order.ids] }, order: ['id'] });
  const situations = await readMailSituations(rows);
  for (const row of rows) {
    const until = await usefulUntil(row, situations.get(row.id), order, clock.now(), null);
    if ('why' in until) continue;
    const about = subjectColumn(subjectOf(row)).join(':');
    const allowed = await allow(`${about}:${row.recipientKey}:${row.kind}`);
    if (!allowed) tooOften.add(row.id);
  }
  return tooOften;
}

/** Several mails of one order may count as the same. */
function wouldAllow(limit: FailureLimit): (key: string) => Promise<boolean> {
  const pressed = new Map<string, number>();
  return async (key) => {
    const before = pressed.get(key) ?? 0;
    pressed.set(key, before + 1);
    return before < (await limit.left(key));
  };
}

/** @returns why not, or null when the mail goes out again */
async function resend(
  deps: Deps,
  { row, situation, order, tooOften }: Resending,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<string | null> {
  const now = deps.clock.now();
  const helps = await usefulUntil(row, situation, order, now, transaction);
  if ('why' in helps) return helps.why;
  if (tooOften.has(row.id)) return MUST_WAIT;
  if (order.dryRun) return null;
  const from = row.state;
  const id = await putOut(row, helps.until, now, transaction);
  const metadata = { kind: row.kind, classDateId: row.classDateId, was: from };
  await writeAudit(
    deps,
    origin,
    { action: 'mail_resent', entity: { type: 'mail_delivery', id }, metadata },
    transaction,
  );
  return null;
}

/** Until when it would still help if it went out now; or why it does not go out. */
async function usefulUntil(
  row: MailDelivery,
  situation: MailSituation | undefined,
  { evenIfSent }: ResendOrder,
  now: Date,
  transaction: Transaction | null,
): Promise<ReturnType<typeof resendUntil>> {
  const standing = resendStanding(row.state);
  if (standing === 'on its way') return { why: 'It is on its way already.' };
  if (standing === 'sent' && !evenIfSent) return { why: 'It has been sent.' };
  if (!situation) return { why: 'What it was about no longer exists.' };
  const helps = resendUntil(situation, now);
  if ('why' in helps || standing !== 'sent') return helps;
  return (await nextCopyExists(row, transaction)) ? { why: 'It has been sent once more already.' } : helps;
}

function nextCopyExists(row: MailDelivery, transaction: Transaction | null): Promise<boolean> {
  return MailDelivery.count({ where: { ...sameMail(row), copy: row.copy + 1 }, transaction }).then(
    (count) => count > 0,
  );
}

/** A new Message-ID in either case: mailboxes drop what they believe to have. */
async function putOut(row: MailDelivery, usefulUntil: Date, now: Date, transaction: Transaction): Promise<number> {
  const fresh = {
    ...{ state: 'queued' as const, messageKey: randomBytes(16).toString('hex'), attempts: 0, resent: false },
    ...{ nextAttemptAt: now, usefulUntil, lastError: null, sentAt: null, leaseHolder: null, leaseUntil: null },
  };
  if (UNDELIVERED.includes(row.state)) {
    await row.update({ ...fresh, ...whatMayBeKnown(row), copy: row.copy + 1 }, { transaction });
    return row.id;
  }
  const { passId, userId, toEmail } = row;
  const made = await MailDelivery.create(
    { ...sameMail(row), ...fresh, passId, userId, toEmail, copy: row.copy + 1, createdAt: now },
    { transaction },
  );
  return made.id;
}

/** What may have gone out may have told something, whatever becomes of its repeat. What was refused or never made told nothing. */
function whatMayBeKnown({ state, resent, toldAt }: MailDelivery): Pick<MailDelivery, 'resent' | 'toldAt'> {
  const mayBeOut = resent || state === 'unknown';
  const toldNothing = !mayBeOut && (state === 'bounced' || state === 'failed');
  return { resent: mayBeOut, toldAt: toldNothing ? null : toldAt };
}

function sameMail(row: MailDelivery) {
  const { recipientKey, kind, version, minutesBefore } = row;
  return { ...subjectOf(row), recipientKey, kind, version, minutesBefore };
}

/** One word to each workflow, however many of its mails go out again. */
async function hint(row: MailDelivery, hints: Map<string, number>, transaction: Transaction): Promise<void> {
  const subject = subjectOf(row);
  const key = subjectColumn(subject).join(':');
  if (!hints.has(key)) hints.set(key, await addToOutbox(subject, 'mail sent again', transaction));
}
