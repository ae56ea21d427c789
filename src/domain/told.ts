import type { ClassState } from './classStates';
import type { ClassMailKind, MailKind, MailState } from './mails';

/** What people are told of a class, and must hear of when it changes. */
export interface Told {
  readonly startsAt: Date;
  readonly durationMinutes: number;
  readonly teacherId: number;
  /** It does not take place. */
  readonly off: boolean;
}

/** A class as it is, for telling of it. */
export interface ClassToTell {
  readonly startsAt: Date;
  readonly durationMinutes: number;
  readonly teacherId: number;
  readonly state: ClassState;
}

/** A row of the ledger, as far as it says who knows what. */
export interface ToldRow {
  readonly id: number;
  readonly recipientKey: string;
  readonly passId: number | null;
  /** of a teacher; the buyer is known by their pass */
  readonly userId: number | null;
  readonly kind: MailKind;
  readonly version: number;
  readonly minutesBefore: number;
  /** above 0: somebody had it sent once more */
  readonly copy: number;
  readonly state: MailState;
  readonly toldAt: Date | null;
  readonly toldStartsAt: Date | null;
  readonly toldDurationMinutes: number | null;
  readonly toldTeacherId: number | null;
  readonly toldOff: boolean;
}

/** The mails that tell of a change. */
export type ChangeKind = Extract<
  ClassMailKind,
  'rescheduled' | 'reopened' | 'cancelled' | 'missed' | 'teacher_assigned' | 'teacher_released'
>;

/** The mails that bring the way in when a class opens. */
const REMINDER_KINDS: readonly MailKind[] = ['class_reminder', 'guest_invitation', 'teacher_start'];

/** The mails of a change that bring the way in as well. */
const CHANGES_WITH_WAY_IN: readonly MailKind[] = ['rescheduled', 'reopened', 'teacher_assigned'];

export function toldOf({ startsAt, durationMinutes, teacherId, state }: ClassToTell): Told {
  return { startsAt, durationMinutes, teacherId, off: state === 'cancelled' || state === 'missed' };
}

/** Of a class that does not take place it makes no difference when it does not. */
export function saysTheSame(one: Told, other: Told): boolean {
  if (one.off || other.off) return one.off === other.off;
  return (
    one.startsAt.getTime() === other.startsAt.getTime() &&
    one.durationMinutes === other.durationMinutes &&
    one.teacherId === other.teacherId
  );
}

/** What one person was told last; whoever knows something without a mail has a row that says so. */
export function lastTold<Row extends ToldRow>(rows: readonly Row[]): Row | null {
  const told = rows.filter(isKnown);
  return told.reduce<Row | null>((last, row) => (last === null || isLater(row, last) ? row : last), null);
}

export function toldIn({ toldStartsAt, toldDurationMinutes, toldTeacherId, toldOff }: ToldRow): Told | null {
  if (toldStartsAt === null || toldDurationMinutes === null || toldTeacherId === null) return null;
  return {
    startsAt: toldStartsAt,
    durationMinutes: toldDurationMinutes,
    teacherId: toldTeacherId,
    off: Boolean(toldOff),
  };
}

/**
 * The mail by which one person must learn what has changed; null when they know it, or were never told anything that
 * could have changed.
 *
 * @param rows theirs
 */
export function changeFor(rows: readonly ToldRow[], now: ClassToTell): ChangeKind | null {
  const last = lastTold(rows);
  const known = last && toldIn(last);
  if (!known) return null;
  if (last.userId !== null && last.userId !== now.teacherId) return changeForFormerTeacher(last, known, now);
  if (toldOf(now).off) return endFor(last, known, now);
  if (last.kind === 'teacher_released') return 'teacher_assigned';
  if (known.off) return 'reopened';
  return saysTheSame(known, toldOf(now)) ? null : 'rescheduled';
}

function changeForFormerTeacher(last: ToldRow, known: Told, now: ClassToTell): ChangeKind | null {
  if (toldOf(now).off) return endFor(last, known, now);
  return last.kind === 'teacher_released' || known.off ? null : 'teacher_released';
}

function endFor(last: ToldRow, known: Told, { state }: ClassToTell): ChangeKind | null {
  if (last.kind === 'teacher_released' || known.off || knowsByBooking(last)) return null;
  return state === 'missed' ? 'missed' : 'cancelled';
}

/**
 * Whom a class is news for as it would be after an edit, by their keys in the ledger.
 *
 * @param groups the ledger, by recipient
 */
export function whoMustHear(groups: ReadonlyMap<string, readonly ToldRow[]>, after: ClassToTell): string[] {
  return [...groups].filter(([, rows]) => changeFor(rows, after) !== null).map(([recipientKey]) => recipientKey);
}

/** Whether a teacher who has never been told anything must learn that the class is theirs: somebody else had it. */
export function isNewTeacher(all: readonly ToldRow[], { teacherId, state }: ClassToTell): boolean {
  if (state === 'cancelled' || state === 'missed') return false;
  const teachers = all.filter((row) => row.userId !== null && isKnown(row));
  return teachers.length > 0 && teachers.every(({ userId }) => userId !== teacherId);
}

/**
 * Whether one person has been reminded since then, with the way in, or is being reminded.
 *
 * @param early it is about a further reminder: those before count, and so does an edit that was kept quiet
 */
export function isReminded(rows: readonly ToldRow[], since: Date, early = false): boolean {
  return rows.some((row) => {
    const isReminder = REMINDER_KINDS.includes(row.kind) || (early && row.kind === 'early_reminder');
    if (row.state === 'sending') return isReminder;
    if (!isKnown(row) || row.toldAt === null || row.toldAt < since) return false;
    return isReminder || (CHANGES_WITH_WAY_IN.includes(row.kind) && (early || row.state !== 'skipped'));
  });
}

/** A mail that was refused told nothing; one that may have arrived did. A risk is told to admins, too. */
function isKnown({ kind, toldAt, state }: ToldRow): boolean {
  return kind !== 'class_at_risk' && toldAt !== null && state !== 'bounced' && state !== 'failed';
}

/** A teacher who was there from the booking on, and has had no mail about it. */
function knowsByBooking({ kind, state }: ToldRow): boolean {
  return kind === 'teacher_assigned' && state === 'skipped';
}

function isLater(row: ToldRow, other: ToldRow): boolean {
  const difference = (row.toldAt?.getTime() ?? 0) - (other.toldAt?.getTime() ?? 0);
  return difference > 0 || (difference === 0 && row.id > other.id);
}
