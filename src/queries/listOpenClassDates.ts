import { Op, type Transaction } from 'sequelize';
import { actualState, OVER_STATES } from '../domain/classStates';
import { ClassDate } from '../models/ClassDate';

/** The class dates of an order whose doors are not closed for good: a change of its guests still matters to them. */
export function listOpenClassDates(orderId: number, transaction: Transaction | null): Promise<ClassDate[]> {
  return ClassDate.findAll({
    where: { orderId, closedAt: null, state: { [Op.notIn]: OVER_STATES } },
    order: ['startsAt', 'id'],
    transaction,
  });
}

/** Those of them that are still to be held, or are being held. One that has ended was held, and stays as it was. */
export async function listComingClassDates(orderId: number, transaction: Transaction | null): Promise<ClassDate[]> {
  const open = await listOpenClassDates(orderId, transaction);
  return open.filter((classDate) => actualState(classDate) !== 'ended');
}
