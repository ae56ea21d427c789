import { Op, type Transaction } from 'sequelize';
import { OVER_STATES } from '../domain/classStates';
import { ClassDate } from '../models/ClassDate';

/** The class dates of an order whose doors are not closed for good: a change of its guests still matters to them. */
export function listOpenClassDates(orderId: number, transaction: Transaction | null): Promise<ClassDate[]> {
  return ClassDate.findAll({
    where: { orderId, closedAt: null, state: { [Op.notIn]: OVER_STATES } },
    order: ['startsAt', 'id'],
    transaction,
  });
}
