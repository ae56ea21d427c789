import type { Transaction } from 'sequelize';
import type { RiskKind } from '../domain/classRisks';
import { actualState, type ClassState } from '../domain/classStates';
import { eventOnEntering, type OutcomeEventType } from '../domain/outcomeEvents';
import type { ClassDate } from '../models/ClassDate';
import { OutcomeEvent } from '../models/OutcomeEvent';

interface OutcomeDetails {
  /** of the attendance, where the event is about one */
  readonly revision?: number;
  /** where the class's row does not say so yet */
  readonly outcome?: ClassDate['outcome'];
  /** all that stands in its way, where a look at it found something new */
  readonly risks?: readonly RiskKind[];
}

/** Writes what has become of a class for the feed, in the transaction that makes it so. */
export async function noteOutcome(
  classDate: ClassDate,
  type: OutcomeEventType,
  transaction: Transaction,
  details: OutcomeDetails = {},
): Promise<void> {
  await OutcomeEvent.create(outcomeRow(classDate, type, details), { transaction });
}

/** The row of an event, for whoever writes many at once. */
export function outcomeRow(classDate: ClassDate, type: OutcomeEventType, details: OutcomeDetails = {}) {
  const { id, startsAt, durationMinutes } = classDate;
  const { stateReason = null, outcome = null } = classDate;
  const state = actualState(classDate);
  const data = { state, stateReason, outcome, startsAt, durationMinutes, revision: null, ...details };
  return { classDateId: id, type, data: JSON.stringify(data) };
}

/**
 * What was only a try of the room is told as what it was for whoever looked: `live` while it ran, and then ready again.
 *
 * @param classDate saved with its new state
 * @param former the state that it was actually in
 */
export async function noteStateChange(
  classDate: ClassDate,
  former: ClassState,
  transaction: Transaction,
): Promise<void> {
  const type = eventOnEntering(former, actualState(classDate));
  if (type !== null) await noteOutcome(classDate, type, transaction);
}
