import { Op, type Transaction } from 'sequelize';
import { classTimes } from '../domain/classTimes';
import { ClassDate } from '../models/ClassDate';
import { readyOr } from './inStates';

/**
 * The next class of a class's host that is still to be held, if it begins by then: as long as this one runs it has no host.
 *
 * @param transaction locks what is found
 */
export async function findNextOfHost(
  { id, teacherId, startsAt }: ClassDate,
  { by, now }: { readonly by: Date; readonly now: Date },
  transaction?: Transaction,
): Promise<ClassDate | null> {
  const later = await ClassDate.findAll({
    where: {
      id: { [Op.ne]: id },
      teacherId,
      ...readyOr('scheduled', 'preparing'),
      startsAt: { [Op.gte]: startsAt, [Op.lte]: by },
    },
    order: ['startsAt', 'id'],
    ...(transaction ? { transaction, lock: transaction.LOCK.UPDATE } : {}),
  });
  return later.find((one) => now < classTimes(one).endsAt) ?? null;
}
