import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { actualState, type ClassState } from '../domain/classStates';
import { nextClassState } from '../domain/transitions';
import { AppError, FieldErrors } from '../errors';
import type { ClassDate } from '../models/ClassDate';
import { User } from '../models/User';
import { findClassWarnings } from '../queries/findClassWarnings';
import { deliverOutbox } from '../temporal/outbox';
import { changeClassIn, type ClassEdit, type Decision } from './changeClass';
import type { Rescheduled } from './rescheduleClass';
import type { AuditOrigin } from './writeAudit';

export interface TeacherChange extends ClassEdit {
  readonly teacherId: number;
}

/**
 * Has somebody else give a class. The passes stay good: the room goes from the former teacher's Zoom and comes to the new
 * one's. Both teachers are told, and whoever was told of the former one.
 *
 * @throws FieldErrors; AppError 409
 */
export async function changeTeacher(deps: Deps, edit: TeacherChange, origin: AuditOrigin): Promise<Rescheduled> {
  const { outboxIds, ...change } = await inTransaction(deps.db, async (transaction) => {
    await checkTeacher(edit.teacherId, transaction);
    return changeClassIn(deps, edit, origin, (classDate) => substitutionIn(classDate, edit.teacherId), transaction);
  });
  await deliverOutbox(deps, ...outboxIds);
  return {
    ...change,
    notes: change.changed ? await findClassWarnings(deps.db, change.classDate, deps.clock.now()) : [],
  };
}

/** @throws FieldErrors unless that is a teacher who may give classes */
export async function checkTeacher(teacherId: number, transaction: Transaction | null): Promise<void> {
  const teacher = await User.findByPk(teacherId, { transaction });
  if (teacher?.role === 'teacher' && !teacher.disabledAt) return;
  throw new FieldErrors([{ field: 'teacherId', message: 'Choose a teacher.' }]);
}

export function substitutionIn(classDate: ClassDate, teacherId: number): Decision | null {
  if (classDate.teacherId === teacherId) return null;
  const state = actualState(classDate);
  refuseOver(state);
  const ofTry = classDate.state === 'ended' ? NO_TRY : {};
  return {
    changes: { teacherId, state: nextClassState(state, 'teacher_changed'), ...NOTHING_OF_THE_FORMER, ...ofTry },
    action: 'teacher_changed',
    reason: 'teacher changed',
    metadata: { formerTeacherId: classDate.teacherId, teacherId },
  };
}

/** What we knew of the former teacher's Zoom and coming says nothing of the new one's. */
const NOTHING_OF_THE_FORMER = { stateReason: null, nextAttemptAt: null, watchedAt: null } as const;
/** Their try of a room that goes is none of the class's. */
const NO_TRY = { liveAt: null, endedAt: null } as const;

function refuseOver(state: ClassState): void {
  switch (state) {
    case 'scheduled':
    case 'preparing':
    case 'ready':
    case 'live':
      return;
    case 'cancelled':
      throw new AppError(409, 'class_is_cancelled', 'This class is cancelled. Reopen it first.');
    case 'ended':
    case 'settled':
    case 'missed':
      throw new AppError(
        409,
        'class_is_over',
        'This class is over. Reopen it first, if it is to go on with somebody else.',
      );
  }
}
