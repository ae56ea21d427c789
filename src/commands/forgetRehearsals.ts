import { Op, type Transaction } from 'sequelize';
import { ClassDate } from '../models/ClassDate';
import { readyOr } from '../queries/inStates';

/**
 * Has classes rehearsed again at their next look: something they rest on has changed. Those whose rehearsal is still to
 * come need no word of it.
 *
 * @returns the class dates whose workflows should look
 */
export async function forgetRehearsals(
  of: { readonly teacherId: number } | { readonly id: readonly number[] },
  transaction: Transaction,
): Promise<number[]> {
  const which = 'id' in of ? { id: [...of.id] } : of;
  const where = { ...which, ...readyOr('scheduled', 'preparing'), rehearsedAt: { [Op.ne]: null } };
  const classDates = await ClassDate.findAll({ where, attributes: ['id'], transaction });
  const ids = classDates.map(({ id }) => id);
  if (ids.length > 0) await ClassDate.update({ rehearsedAt: null }, { where: { id: ids }, transaction });
  return ids;
}
