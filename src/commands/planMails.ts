import { randomBytes } from 'node:crypto';
import { Op, type CreationAttributes } from 'sequelize';
import { classTimes } from '../domain/classTimes';
import { addMinutes } from '../domain/clock';
import { reminderUsefulUntil } from '../domain/furtherReminders';
import { neededMails, type NeededMail, type Recipient, type Roster } from '../domain/mailNeeds';
import { queuedAnew, usefulUntil, type ClassMailKind, type MailKind } from '../domain/mails';
import type { ToldRow } from '../domain/told';
import { ClassDate } from '../models/ClassDate';
import { MailDelivery } from '../models/MailDelivery';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { DISABLED, loadRecipients, REMOVED, REVOKED } from '../queries/loadMails';
import { byRecipient, readLedger } from '../queries/readLedger';
import { personKey } from '../security/joinPass';

const TOLD_LATELY_MINUTES = 60;

/** Asked for by a person, or told when found: see sendLink and saveRisks. */
const NEVER_PLANNED: readonly MailKind[] = ['new_link', 'class_at_risk'];

/** Why a mail that was planned never went out. */
export const TOO_LATE = 'when it could have gone out it was too late for it';
export const SUPERSEDED = 'the class has changed since; it would no longer have been true';

/** What a mail was left out for, and what may be otherwise by now. */
const MAY_PASS: readonly string[] = [DISABLED, REVOKED, REMOVED, SUPERSEDED];

/**
 * Makes sure the ledger has a row for each mail that is needed, makes no second one, and takes back what was planned and
 * is needed no more; what was left out for a reason that has passed goes out after all. The unique key is (class date,
 * recipient, kind, version, minutes before); the version rises with what people are told.
 */
export async function planMails({
  classDateId,
  now,
  kinds,
  earlyReminders = [],
  version,
}: {
  classDateId: number;
  now: Date;
  kinds: readonly ClassMailKind[];
  /** further reminders that are due, in minutes before the start */
  earlyReminders?: readonly number[];
  /** of the class for which these kinds are; once it has been edited they are not, and the edit is looked at by itself */
  version?: number;
}): Promise<void> {
  const classDate = await ClassDate.findByPk(classDateId, { rejectOnEmpty: true });
  if (version !== undefined && classDate.version !== version) return;
  const known = await readLedger(classDateId);
  const roster = await readRoster(classDate);
  const situation = { classDate, now, roster, groups: byRecipient(known) };
  const needed = neededMails(await stillNeeded(kinds, classDate), earlyReminders, situation);
  await takeBack(known, roster, needed, classDate.scheduleVersion);
  const taken = new Set(known.flatMap((row) => [onceKey(row), ...(mayArrive(row) ? [pairOf(row)] : [])]));
  const rows: CreationAttributes<MailDelivery>[] = needed
    .map((mail) => ({ ...newRow(mail, classDate, now), ...mail, ...tooLate(mail, classDate, now) }))
    .filter((row) => !taken.has(onceKey(row)) && !taken.has(pairOf(row)));
  if (rows.length > 0) await MailDelivery.bulkCreate(rows, { ignoreDuplicates: true });
  const stillWanted = needed.filter((mail) => !taken.has(pairOf(mail)));
  await putInAgain(known.filter(isLeftOut), stillWanted, classDate, now);
}

async function readRoster({ id: classDateId, teacherId }: ClassDate): Promise<Roster> {
  const passes = await ZoomSecureToken.findAll({
    where: { classDateId, revokedAt: null },
    attributes: ['id', 'userId', 'guestId'],
    raw: true,
  });
  return {
    buyers: passes.filter(({ userId }) => userId !== null).map(toPass),
    guests: passes.filter(({ guestId }) => guestId !== null).map(toPass),
    teacher: { recipientKey: `user:${teacherId}`, passId: null, userId: teacherId },
  };
}

/** A teacher who has just been told of the connection itself need not hear of it once more for this class. */
async function stillNeeded(kinds: readonly ClassMailKind[], classDate: ClassDate): Promise<ClassMailKind[]> {
  if (!kinds.includes('teacher_not_connected')) return [...kinds];
  const since = addMinutes(classTimes(classDate).opensAt, -TOLD_LATELY_MINUTES);
  const told = await MailDelivery.count({
    where: {
      ...{ kind: 'connect_zoom', state: { [Op.ne]: 'skipped' } },
      ...{ userId: classDate.teacherId, createdAt: { [Op.gt]: since } },
    },
  });
  return kinds.filter((kind) => kind !== 'teacher_not_connected' || told === 0);
}

/**
 * What waits in the queue and is needed no more is skipped, unless it may have gone out once, or somebody asked for it. Mails to people whose pass was withdrawn are left to say so themselves.
 */
async function takeBack(
  known: readonly ToldRow[],
  roster: Roster,
  needed: readonly NeededMail[],
  version: number,
): Promise<void> {
  const stays = new Set(needed.map(pairOf));
  const passIds = new Set([...roster.buyers, ...roster.guests].map(({ passId }) => passId));
  const dropped = known.filter(
    (row) =>
      row.state === 'queued' &&
      !NEVER_PLANNED.includes(row.kind) &&
      row.toldAt === null &&
      row.copy === 0 &&
      // One of a former version has the time in mind by which it was of use.
      !(stays.has(pairOf(row)) && row.version === version) &&
      (row.passId === null || passIds.has(row.passId)),
  );
  if (dropped.length === 0) return;
  await MailDelivery.update(
    { state: 'skipped', lastError: SUPERSEDED },
    { where: { id: dropped.map(({ id }) => id), state: 'queued' } },
  );
}

/**
 * What was left out has the key of the mail that is needed again. Nothing that may have gone out, and nothing that would be
 * left out once more: whoever is still disabled waits on.
 */
async function putInAgain(
  leftOut: readonly ToldRow[],
  needed: readonly NeededMail[],
  classDate: ClassDate,
  now: Date,
): Promise<void> {
  const version = classDate.scheduleVersion;
  const wanted = new Set(needed.map((mail) => onceKey({ ...mail, version })));
  const ids = leftOut.filter((row) => wanted.has(onceKey(row))).map(({ id }) => id);
  // Of a class that is over nobody has to hear any more.
  if (ids.length === 0 || now >= classTimes(classDate).closesAt) return;
  const never = { state: 'skipped' as const, toldAt: null, resent: false };
  const rows = await MailDelivery.findAll({ where: { id: ids, ...never, lastError: [...MAY_PASS] } });
  const recipients = await loadRecipients(rows);
  for (const row of rows.filter(({ id }) => recipients.get(id)?.skip === null)) {
    const until = usefulUntil(row.kind as ClassMailKind, classTimes(classDate), now, row.minutesBefore);
    if (until <= now) continue;
    await MailDelivery.update(queuedAnew(now, until), { where: { id: row.id, ...never } });
  }
}

/** Those that somebody had sent once more are theirs. */
function isLeftOut({ state, toldAt, copy }: ToldRow): boolean {
  return state === 'skipped' && toldAt === null && copy === 0;
}

/** It is on its way, or may have been. */
function mayArrive({ state, toldAt }: ToldRow): boolean {
  return state === 'sending' || (state === 'queued' && toldAt !== null);
}

type OnceKey = Pick<ToldRow, 'recipientKey' | 'kind' | 'version' | 'minutesBefore'>;

function onceKey(row: OnceKey): string {
  return `${row.version} ${pairOf(row)}`;
}

function pairOf({ recipientKey, kind, minutesBefore }: Omit<OnceKey, 'version'>): string {
  return `${kind} ${minutesBefore} ${recipientKey}`;
}

/** A reminder of the day before is no help to whoever has booked for this evening; the ledger says why it was left out. */
function tooLate({ kind, minutesBefore }: NeededMail, { startsAt }: ClassDate, now: Date) {
  if (kind !== 'early_reminder' || now < reminderUsefulUntil(startsAt, minutesBefore)) return {};
  return { state: 'skipped' as const, lastError: TOO_LATE };
}

function newRow({ kind, minutesBefore }: NeededMail, classDate: ClassDate, now: Date) {
  return {
    classDateId: classDate.id,
    version: classDate.scheduleVersion,
    state: 'queued' as const,
    messageKey: randomBytes(16).toString('hex'),
    createdAt: now,
    nextAttemptAt: now,
    usefulUntil: usefulUntil(kind, classTimes(classDate), now, minutesBefore),
  };
}

function toPass(pass: ZoomSecureToken): Recipient {
  return { recipientKey: personKey(pass), passId: pass.id, userId: null };
}
