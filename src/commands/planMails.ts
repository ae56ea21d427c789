import { randomBytes } from 'node:crypto';
import { Op, type CreationAttributes } from 'sequelize';
import { classTimes } from '../domain/classTimes';
import { addMinutes } from '../domain/clock';
import { reminderUsefulUntil } from '../domain/furtherReminders';
import { usefulUntil, type ClassMailKind } from '../domain/mails';
import { ClassDate } from '../models/ClassDate';
import { MailDelivery } from '../models/MailDelivery';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { personKey } from '../security/joinPass';

interface Recipient {
  readonly recipientKey: string;
  readonly passId: number | null;
  readonly userId: number | null;
}

const TOLD_LATELY_MINUTES = 60;

/** States that mean: this person has been told, or may have been. */
const TOLD = ['sending', 'data_sent', 'sent', 'unknown'];

/**
 * Makes sure the ledger has a row for each recipient of each kind, and makes no second one: the unique key is (class
 * date, recipient, kind, version, minutes before), and the version rises when the class's time moves.
 */
export async function planMails({
  classDateId,
  now,
  kinds,
  earlyReminders = [],
}: {
  classDateId: number;
  now: Date;
  kinds: readonly ClassMailKind[];
  /** further reminders that are due, in minutes before the start */
  earlyReminders?: readonly number[];
}): Promise<void> {
  const classDate = await ClassDate.findByPk(classDateId, { rejectOnEmpty: true });
  // Plain rows: at each look of a class there are two for each of its people, and models of them cost more than the look.
  const known = await MailDelivery.findAll({
    where: { classDateId },
    attributes: ['recipientKey', 'passId', 'userId', 'kind', 'version', 'minutesBefore', 'state'],
    raw: true,
  });
  const passes = await ZoomSecureToken.findAll({
    where: { classDateId, revokedAt: null },
    attributes: ['id', 'userId', 'guestId'],
    raw: true,
  });
  const planned = new Set(known.map(keyOf));
  const wanted: CreationAttributes<MailDelivery>[] = [];
  for (const kind of await stillNeeded(kinds, classDate)) {
    for (const recipient of recipientsOf(kind, classDate, passes, known)) {
      wanted.push({ ...newRow(kind, classDate, now), ...recipient });
    }
  }
  for (const minutesBefore of earlyReminders) {
    for (const recipient of recipientsOf('early_reminder', classDate, passes, known)) {
      const row = newRow('early_reminder', classDate, now, minutesBefore);
      wanted.push({ ...row, ...recipient, ...tooLate(classDate, minutesBefore, now) });
    }
  }
  const rows = wanted.filter((row) => !planned.has(keyOf(row)));
  if (rows.length > 0) await MailDelivery.bulkCreate(rows, { ignoreDuplicates: true });
}

/** A teacher who has just been told of the connection itself need not hear of it once more for this class. */
async function stillNeeded(kinds: readonly ClassMailKind[], classDate: ClassDate): Promise<ClassMailKind[]> {
  if (!kinds.includes('teacher_not_connected')) return [...kinds];
  const since = addMinutes(classTimes(classDate).opensAt, -TOLD_LATELY_MINUTES);
  const told = await MailDelivery.count({
    where: { kind: 'connect_zoom', userId: classDate.teacherId, createdAt: { [Op.gt]: since } },
  });
  return kinds.filter((kind) => kind !== 'teacher_not_connected' || told === 0);
}

function keyOf({ recipientKey, kind, version, minutesBefore }: CreationAttributes<MailDelivery>): string {
  return `${kind} ${version} ${minutesBefore ?? 0} ${recipientKey}`;
}

/** A reminder of the day before is no help to whoever has booked for this evening; the ledger says why it was left out. */
function tooLate({ startsAt }: ClassDate, minutesBefore: number, now: Date) {
  if (now < reminderUsefulUntil(startsAt, minutesBefore)) return {};
  return { state: 'skipped' as const, lastError: 'when it could have gone out it was too late for it' };
}

function newRow(kind: ClassMailKind, classDate: ClassDate, now: Date, minutesBefore = 0) {
  return {
    classDateId: classDate.id,
    kind,
    version: classDate.scheduleVersion,
    minutesBefore,
    state: 'queued' as const,
    messageKey: randomBytes(16).toString('hex'),
    createdAt: now,
    nextAttemptAt: now,
    usefulUntil: usefulUntil(kind, classTimes(classDate), now, minutesBefore),
  };
}

function recipientsOf(
  kind: ClassMailKind,
  classDate: ClassDate,
  passes: readonly ZoomSecureToken[],
  known: readonly MailDelivery[],
): Recipient[] {
  switch (kind) {
    case 'class_reminder':
      return passes.filter(({ userId }) => userId !== null).map(toPass);
    case 'guest_invitation':
      return passes.filter(({ guestId }) => guestId !== null).map(toPass);
    case 'early_reminder':
      return passes.map(toPass);
    case 'teacher_start':
    case 'teacher_not_connected':
    case 'teacher_not_started':
      return [toUser(classDate.teacherId)];
    // Asked for by a person, or told when found, never planned: see sendLink and saveRisks.
    case 'new_link':
    case 'class_at_risk':
      return [];
    case 'rescheduled':
    case 'cancelled':
    case 'missed':
      return alreadyTold(kind, classDate, known);
  }
}

/** Whoever had a mail that is no longer true, and has not yet been told so. */
function alreadyTold(kind: ClassMailKind, { scheduleVersion }: ClassDate, known: readonly MailDelivery[]): Recipient[] {
  const told = known.filter(
    (row) =>
      TOLD.includes(row.state) &&
      row.kind !== kind &&
      row.kind !== 'class_at_risk' &&
      (kind !== 'rescheduled' || mayKnowFormerTime(row, scheduleVersion)),
  );
  const byKey = new Map(
    told.map(({ recipientKey, passId, userId }) => [recipientKey, { recipientKey, passId, userId }]),
  );
  return [...byKey.values()];
}

/** Links that people asked for are numbered by themselves; whoever got one may have seen the former time. */
function mayKnowFormerTime(
  { kind, version }: Pick<MailDelivery, 'kind' | 'version'>,
  scheduleVersion: number,
): boolean {
  return kind === 'new_link' || version < scheduleVersion;
}

function toPass(pass: ZoomSecureToken): Recipient {
  return { recipientKey: personKey(pass), passId: pass.id, userId: null };
}

function toUser(userId: number): Recipient {
  return { recipientKey: `user:${userId}`, passId: null, userId };
}
