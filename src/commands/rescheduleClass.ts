import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { isOver } from '../domain/classStates';
import { addMinutes } from '../domain/clock';
import { nextClassState, type ClassEvent } from '../domain/transitions';
import { AppError } from '../errors';
import type { ClassDate } from '../models/ClassDate';
import { findClassWarnings } from '../queries/findClassWarnings';
import { deliverOutbox } from '../temporal/outbox';
import { changeClassIn, type ClassChange, type ClassEdit, type Decision } from './changeClass';
import { checkDuration, checkSchedule, type WallSchedule } from './checkSchedule';
import type { ResolvedWallTime } from './resolveWallTime';
import type { AuditOrigin } from './writeAudit';

/** What is not named stays as it is. */
export interface Reschedule extends ClassEdit {
  readonly localStart?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly durationMinutes?: number | undefined;
}

export interface Rescheduled extends ClassChange {
  /** What the person who did it should know. */
  readonly notes: readonly string[];
}

/**
 * Moves a class date, or makes it longer or shorter; the last edit wins. The passes stay good; the meeting is moved at
 * Zoom, and whoever was told something else is told, once no further edit is expected.
 *
 * @throws FieldErrors; AppError 409 when it is cancelled, live and not forced, or another than expected
 */
export function rescheduleClass(deps: Deps, edit: Reschedule, origin: AuditOrigin): Promise<Rescheduled> {
  return commitChange(deps, (transaction) => rescheduleClassIn(deps, edit, origin, transaction));
}

/** A change of a schedule before its commit. */
export type ScheduleChange = ClassChange & { readonly note: string | null; readonly outboxIds: number[] };

/** Makes the change in a transaction of its own, tells the workflows of it, and adds what whoever made it should know. */
export async function commitChange(
  deps: Deps,
  make: (transaction: Transaction) => Promise<ScheduleChange>,
): Promise<Rescheduled> {
  const { outboxIds, note, ...change } = await inTransaction(deps.db, make);
  await deliverOutbox(deps, ...outboxIds);
  const warnings = change.changed ? await findClassWarnings(deps.db, change.classDate, deps.clock.now()) : [];
  return { ...change, notes: [...(note === null ? [] : [note]), ...warnings] };
}

/** The same as a part of something larger, which delivers the outbox rows after its commit. */
export async function rescheduleClassIn(
  deps: Deps,
  edit: Reschedule,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<ScheduleChange> {
  const now = deps.clock.now();
  let note: string | null = null;
  const decide = (classDate: ClassDate) => {
    if (classDate.state === 'cancelled') {
      throw new AppError(409, 'class_is_cancelled', 'This class is cancelled. Reopen it, at another time if need be.');
    }
    // A class that is over can only be moved to a time that is still to come.
    const mayStay = !isOver(classDate.state) && classDate.closedAt === null;
    const wanted = wantedSchedule(classDate, edit, now, mayStay ? classDate.startsAt : null);
    note = wanted.note;
    return decisionFor(classDate, wanted, now);
  };
  const change = await changeClassIn(deps, edit, origin, decide, transaction);
  return { ...change, note };
}

export interface WantedSchedule extends WallSchedule, ResolvedWallTime {
  /** what was asked for, where the clock jumps over it */
  readonly askedLocalStart: string | null;
}

/** Which parts of a schedule an edit names. */
export type SchedulePart = { readonly [Part in keyof WallSchedule]?: WallSchedule[Part] | undefined };

/**
 * The schedule that an edit asks for, checked.
 *
 * @param present when it starts already, where that may stay though it is past
 * @throws FieldErrors
 */
export function wantedSchedule(
  classDate: ClassDate,
  edit: SchedulePart,
  now: Date,
  present: Date | null,
): WantedSchedule {
  const durationMinutes = edit.durationMinutes ?? classDate.durationMinutes;
  const localStart = edit.localStart ?? classDate.localStart;
  const timeZone = edit.timeZone ?? classDate.timeZone;
  // Only a time that is named is worked out anew: zone rules may have changed since the booking.
  if (present && edit.localStart === undefined && edit.timeZone === undefined) {
    checkDuration(durationMinutes);
    const { askedLocalStart } = classDate;
    return { localStart, timeZone, durationMinutes, startsAt: present, askedLocalStart, note: null };
  }
  const asked = { localStart, timeZone, durationMinutes };
  const resolved = checkSchedule(asked, now, present);
  return { ...asked, ...resolved, askedLocalStart: askedFor(classDate, asked, resolved) };
}

/** Whoever names the time that a class has, as a form does, asks for no other than was asked for before. */
function askedFor(classDate: ClassDate, { localStart, timeZone }: WallSchedule, resolved: ResolvedWallTime) {
  if (localStart !== resolved.localStart) return localStart;
  const stays = localStart === classDate.localStart && timeZone === classDate.timeZone;
  return stays ? classDate.askedLocalStart : null;
}

/** The columns of a schedule, as they are saved. */
export function scheduleColumns(wanted: WantedSchedule) {
  const { localStart, askedLocalStart, timeZone, startsAt, durationMinutes } = wanted;
  return { localStart, askedLocalStart, timeZone, startsAt, durationMinutes };
}

export function isSameSchedule(classDate: ClassDate, wanted: WantedSchedule): boolean {
  return (
    wanted.startsAt.getTime() === classDate.startsAt.getTime() &&
    wanted.localStart === classDate.localStart &&
    wanted.timeZone === classDate.timeZone &&
    wanted.durationMinutes === classDate.durationMinutes
  );
}

function decisionFor(classDate: ClassDate, wanted: WantedSchedule, now: Date): Decision | null {
  if (isSameSchedule(classDate, wanted)) return null;
  const state = nextClassState(classDate.state, moveOf(classDate, wanted, now));
  return {
    changes: { ...scheduleColumns(wanted), state },
    action: 'class_rescheduled',
    reason: 'rescheduled',
    metadata: {
      formerStart: classDate.startsAt.toISOString(),
      start: wanted.startsAt.toISOString(),
      formerMinutes: classDate.durationMinutes,
      minutes: wanted.durationMinutes,
    },
  };
}

function moveOf(classDate: ClassDate, { startsAt }: WantedSchedule, now: Date): ClassEvent {
  if (startsAt <= classDate.startsAt) return 'rescheduled_earlier';
  return addMinutes(startsAt, -classDate.leadMinutes) > now ? 'put_off' : 'rescheduled_later';
}
