import type { Transaction } from 'sequelize';
import { addToOutbox, type HintReason } from '../temporal/outbox';
import { forgetRehearsals } from './forgetRehearsals';

/**
 * Has a teacher's coming classes looked at again for what could keep them from happening.
 *
 * @returns the outbox rows, to be delivered after the commit
 */
export async function rehearseAnew(teacherId: number, reason: HintReason, transaction: Transaction): Promise<number[]> {
  const outboxIds: number[] = [];
  for (const classDateId of await forgetRehearsals({ teacherId }, transaction))
    outboxIds.push(await addToOutbox({ classDateId }, reason, transaction));
  return outboxIds;
}
