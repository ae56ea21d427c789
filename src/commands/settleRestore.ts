import { Op, QueryTypes } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { OVER_STATES } from '../domain/classStates';
import { classTimes } from '../domain/classTimes';
import { addMinutes } from '../domain/clock';
import { comingMails, type ComingMail } from '../domain/comingMails';
import { REMINDER_MINUTES_MAX } from '../domain/furtherReminders';
import { usefulUntil } from '../domain/mails';
import { nextRefreshAt } from '../domain/refreshTimes';
import { AccountLink } from '../models/AccountLink';
import { ClassDate } from '../models/ClassDate';
import { MailDelivery } from '../models/MailDelivery';
import { Session } from '../models/Session';
import { ZoomConnection } from '../models/ZoomConnection';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { findClassSpans } from '../queries/findClassSpans';
import { readLedgers } from '../queries/readLedger';
import { THE_SYSTEM, writeAudit } from './writeAudit';

/** Longer than any class, with its grace. */
const LONGEST_MINUTES = 2 * 24 * 60;

/** What a backup that has been put back does not know, as far as it can be told from it. */
export interface RestoreReport {
  /** the last thing that it knows of; null where it knows of nothing */
  readonly knownUntil: Date | null;
  readonly sessionsEnded: number;
  /** whose links to choose a password by were withdrawn: the ones who are to be invited again, or ask again */
  readonly linksWithdrawnOf: readonly number[];
  /** whose Zoom tokens were to be renewed since: if they were, Zoom takes the ones that we have no more */
  readonly teachersInDoubt: readonly number[];
  /** mails that were on their way then, and may have been sent since: they go out, perhaps once more */
  readonly mailsInDoubt: readonly number[];
  /** of whose mails some fell due since and are still of use: they go out, most likely once more */
  readonly classDatesInDoubt: readonly number[];
}

/**
 * Makes a database that has been put back from a backup fit to be worked with, while web and worker are stopped: what may
 * have been ended, used or withdrawn since the backup, and would be good again by it, is ended.
 */
export async function settleRestore(
  deps: Pick<Deps, 'db' | 'clock' | 'signingKeys'>,
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<RestoreReport> {
  const now = deps.clock.now();
  const knownUntil = await lastThingKnown(deps);
  const inDoubt = {
    teachersInDoubt: await findTeachersInDoubt(now),
    classDatesInDoubt: await findClassDatesInDoubt(knownUntil ?? now, now),
  };
  return inTransaction(deps.db, async (transaction) => {
    const mails = await MailDelivery.findAll({
      attributes: ['id'],
      where: { state: ['queued', 'sending', 'data_sent'], usefulUntil: { [Op.gt]: now }, accountLinkId: null },
      order: ['id'],
      transaction,
    });
    const open = { usedAt: null, withdrawnAt: null };
    const links = await AccountLink.findAll({
      attributes: ['userId'],
      where: { ...open, expiresAt: { [Op.gt]: now } },
      order: ['userId'],
      transaction,
    });
    const report = {
      knownUntil,
      sessionsEnded: await Session.count({ transaction }),
      linksWithdrawnOf: [...new Set(links.map(({ userId }) => userId))],
      ...inDoubt,
      mailsInDoubt: mails.map(({ id }) => id),
    };
    if (dryRun) return report;
    await Session.destroy({ where: {}, transaction });
    await AccountLink.update({ withdrawnAt: now }, { where: open, transaction });
    await writeAudit(deps, THE_SYSTEM, { action: 'backup_put_back' }, transaction);
    return report;
  });
}

async function lastThingKnown({ db }: Pick<Deps, 'db'>): Promise<Date | null> {
  const [row] = await db.query<{ at: Date | null }>('SELECT MAX(created_at) AS at FROM zoom_audit_logs', {
    type: QueryTypes.SELECT,
  });
  return row?.at ?? null;
}

async function findClassDatesInDoubt(since: Date, now: Date): Promise<number[]> {
  const startsAt = { [Op.between]: [addMinutes(now, -LONGEST_MINUTES), addMinutes(now, REMINDER_MINUTES_MAX)] };
  const open = { state: { [Op.notIn]: OVER_STATES }, startsAt };
  const classDates = await ClassDate.findAll({ where: open, order: ['id'] });
  const ids = classDates.map(({ id }) => id);
  const planned = await readLedgers(ids);
  const withGuests = await findThoseWithGuests(ids);
  // One of a former version was for another time.
  const isPlanned = ({ id, scheduleVersion }: ClassDate, { kind, minutesBefore }: ComingMail) =>
    planned
      .get(id)
      ?.some((row) => row.kind === kind && row.minutesBefore === minutesBefore && row.version === scheduleVersion);
  const hasReaders = ({ id }: ClassDate, { to }: ComingMail) => to !== 'guests' || withGuests.has(id);
  return classDates
    .filter((classDate) => {
      const { state, closedAt, furtherReminders } = classDate;
      const due = comingMails({ state, closedAt, schedule: classDate, furtherReminders }, since);
      return due.some(
        (mail) => hasReaders(classDate, mail) && mayHaveGone(classDate, mail, now) && !isPlanned(classDate, mail),
      );
    })
    .map(({ id }) => id);
}

async function findThoseWithGuests(classDateIds: readonly number[]): Promise<ReadonlySet<number>> {
  const passes = await ZoomSecureToken.findAll({
    where: { classDateId: [...classDateIds], guestId: { [Op.ne]: null }, revokedAt: null },
    attributes: ['classDateId'],
    group: ['classDateId'],
    raw: true,
  });
  return new Set(passes.map(({ classDateId }) => classDateId));
}

/** Those that tell of the room go out as soon as it is there, and still help for a while. */
function mayHaveGone(classDate: ClassDate, { kind, at, minutesBefore }: ComingMail, now: Date): boolean {
  const times = classTimes(classDate);
  const from = minutesBefore === 0 ? times.opensAt : at;
  return from <= now && usefulUntil(kind, times, at, minutesBefore) > now;
}

/** Their tokens were due to be renewed after the last time that the backup knows of. */
async function findTeachersInDoubt(now: Date): Promise<number[]> {
  const connections = await ZoomConnection.findAll({ where: { state: 'connected' }, order: ['userId'] });
  const inDoubt: number[] = [];
  for (const { userId, refreshedAt, tokenExpiresAt } of connections) {
    if (refreshedAt === null || tokenExpiresAt === null) continue;
    const classes = await findClassSpans(userId, refreshedAt);
    if (nextRefreshAt({ refreshedAt, tokenExpiresAt, classes }, refreshedAt) <= now) inDoubt.push(userId);
  }
  return inDoubt;
}
