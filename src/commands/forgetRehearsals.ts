import { literal, type Transaction } from 'sequelize';
import { ClassDate } from '../models/ClassDate';
import { readyOr } from '../queries/inStates';

const COUNTED = literal('rehearsals_forgotten + 1');

/**
 * Has classes rehearsed again at their next look: something they rest on has changed. Those whose rehearsal is still to
 * come need no word of it; one that is under way at this instant saves nothing, and is done again.
 *
 * @returns the class dates whose workflows should look
 */
export async function forgetRehearsals(
  of: { readonly teacherId: number } | { readonly id: readonly number[] },
  transaction: Transaction,
): Promise<number[]> {
  const which = 'id' in of ? { id: [...of.id] } : of;
  const where = { ...which, ...readyOr('scheduled', 'preparing') };
  // Locked, so that what is being saved of one is there to be forgotten.
  const coming = await ClassDate.findAll({
    ...{ where, attributes: ['id', 'rehearsedAt'], order: ['id'] },
    ...{ transaction, lock: true },
  });
  const id = coming.map((classDate) => classDate.id);
  if (id.length > 0)
    await ClassDate.update({ rehearsedAt: null, rehearsalsForgotten: COUNTED }, { where: { id }, transaction });
  return coming.filter(({ rehearsedAt }) => rehearsedAt !== null).map((classDate) => classDate.id);
}
