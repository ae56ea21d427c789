import type { Transaction, WhereOptions } from 'sequelize';
import type { StateReason } from '../domain/classStates';
import { ClassDate } from '../models/ClassDate';
import { noteOutcome } from './noteOutcome';

/** Says why a class may come to nothing, and tells the feed when that is new. */
export async function setRisk(
  where: WhereOptions<ClassDate>,
  reason: StateReason,
  transaction: Transaction,
): Promise<void> {
  const classDate = await ClassDate.findOne({ where, lock: true, transaction });
  if (!classDate || classDate.stateReason === reason) return;
  await classDate.update({ stateReason: reason }, { transaction });
  await noteOutcome(classDate, 'class.at_risk', transaction);
}
