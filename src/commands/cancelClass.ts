import type { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { actualState } from '../domain/classStates';
import { nextClassState } from '../domain/transitions';
import { AppError } from '../errors';
import type { ClassDate } from '../models/ClassDate';
import { changeClass, changeClassIn, type ClassChange, type ClassEdit, type Decision } from './changeClass';
import type { AuditOrigin } from './writeAudit';

/**
 * Cancels a class date: its doors close with the commit, its room goes, and whoever had been told of it is told, unless it
 * is reopened before.
 *
 * @throws AppError 409 when it is over, live and not forced, or another than expected
 */
export function cancelClass(deps: Deps, edit: ClassEdit, origin: AuditOrigin): Promise<ClassChange> {
  return changeClass(deps, edit, origin, (classDate) => cancellationOf(classDate, deps.clock.now()));
}

/** The same as a part of something larger, which delivers the outbox rows after its commit. */
export function cancelClassIn(deps: Deps, edit: ClassEdit, origin: AuditOrigin, transaction: Transaction) {
  return changeClassIn(deps, edit, origin, (classDate) => cancellationOf(classDate, deps.clock.now()), transaction);
}

export function cancellationOf(classDate: ClassDate, now: Date): Decision | null {
  if (classDate.state === 'cancelled') return null;
  const state = nextClassState(actualState(classDate), 'cancelled');
  if (state !== 'cancelled') {
    throw new AppError(
      409,
      'class_is_over',
      'This class has been held, or its time is over; it can no longer be cancelled.',
    );
  }
  return {
    changes: { state, outcome: 'cancelled', cancelledAt: now, stateReason: null, nextAttemptAt: null },
    action: 'class_cancelled',
    reason: 'cancelled',
  };
}
