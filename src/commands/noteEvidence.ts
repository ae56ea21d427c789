import type { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import type { ClassDate } from '../models/ClassDate';
import type { HintReason } from '../temporal/outbox';

/**
 * Something about attendance was learnt after the class closed. A class that is settled already is settled again; its
 * workflow has ended by then and needs to hear of it, once.
 */
export async function noteEvidence(
  deps: Pick<Deps, 'clock'>,
  classDate: ClassDate,
  transaction: Transaction,
): Promise<HintReason | null> {
  const { closedAt, settledAt, evidenceAt } = classDate;
  if (!closedAt) return null;
  // Later than the settlement even where the worker's clock is ahead of ours.
  const now = Math.max(deps.clock.now().getTime(), settledAt ? settledAt.getTime() + 1 : 0);
  await classDate.update({ evidenceAt: new Date(now) }, { transaction });
  const toldAlready = settledAt !== null && evidenceAt !== null && evidenceAt > settledAt;
  if (settledAt === null || toldAlready) return null;
  // It waits for nothing but a later look at Zoom's list.
  await classDate.update({ nextAttemptAt: null }, { transaction });
  return 'late evidence';
}
