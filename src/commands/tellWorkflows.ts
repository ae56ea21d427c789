import type { Transaction } from 'sequelize';
import { ZoomConnection } from '../models/ZoomConnection';
import { addToOutbox, type HintReason } from '../temporal/outbox';

/**
 * Has a class's own workflow look again, and those that keep its teachers' connections alive for it.
 *
 * @param teacherIds whoever gives it, and whoever did until now
 * @returns the outbox rows, to be delivered after the commit
 */
export async function tellWorkflows(
  classDateId: number,
  teacherIds: readonly number[],
  reason: HintReason,
  transaction: Transaction,
): Promise<number[]> {
  const outboxIds = [await addToOutbox({ classDateId }, reason, transaction)];
  const where = { userId: [...new Set(teacherIds)], state: 'connected' as const };
  for (const { id } of await ZoomConnection.findAll({ where, transaction }))
    outboxIds.push(await addToOutbox({ connectionId: id }, reason, transaction));
  return outboxIds;
}
