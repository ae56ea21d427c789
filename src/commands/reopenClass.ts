import type { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { actualState } from '../domain/classStates';
import { addMinutes } from '../domain/clock';
import { nextClassState } from '../domain/transitions';
import { AppError, FieldErrors } from '../errors';
import type { ClassDate } from '../models/ClassDate';
import { changeClassIn, type Decision } from './changeClass';
import {
  commitChange,
  isSameSchedule,
  scheduleColumns,
  wantedSchedule,
  type Reschedule,
  type Rescheduled,
  type ScheduleChange,
  type WantedSchedule,
} from './rescheduleClass';
import type { AuditOrigin } from './writeAudit';

/**
 * Has a class take place after all that was cancelled, missed or held: at its own time while that is not over, or at
 * another. What it left behind when it ended is cleared; what was recorded of it stays.
 *
 * @throws FieldErrors; AppError 409
 */
export function reopenClass(deps: Deps, edit: Reschedule, origin: AuditOrigin): Promise<Rescheduled> {
  return commitChange(deps, (transaction) => reopenClassIn(deps, edit, origin, transaction));
}

/** The same as a part of something larger, which delivers the outbox rows after its commit. */
export async function reopenClassIn(
  deps: Deps,
  edit: Reschedule,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<ScheduleChange> {
  const now = deps.clock.now();
  let note: string | null = null;
  const decide = (classDate: ClassDate) => {
    // A cancelled class may go on at the time it has, though that has begun.
    const wanted = wantedSchedule(classDate, edit, now, classDate.startsAt);
    note = wanted.note;
    return decisionFor(classDate, wanted, now);
  };
  const done = await changeClassIn(deps, edit, origin, decide, transaction);
  return { ...done, note };
}

function decisionFor(classDate: ClassDate, wanted: WantedSchedule, now: Date): Decision | null {
  const former = actualState(classDate);
  const state = nextClassState(former, 'reopened');
  if (state === former) {
    if (isSameSchedule(classDate, wanted)) return null;
    throw new AppError(409, 'takes_place', 'This class takes place already. Move it instead.');
  }
  if (addMinutes(wanted.startsAt, wanted.durationMinutes) <= now) {
    const message = 'The time of this class is over. Choose a day and a time that are still to come.';
    throw new FieldErrors([{ field: 'localStart', message }]);
  }
  return {
    changes: { ...scheduleColumns(wanted), state },
    action: 'class_reopened',
    reason: 'reopened',
    metadata: { from: classDate.state },
  };
}
