import { Op, type Transaction } from 'sequelize';
import { ClassDate } from '../models/ClassDate';

const OVER = ['settled', 'cancelled', 'missed'];

/** The class dates of an order whose doors are not closed for good: a change of its guests still matters to them. */
export function listOpenClassDates(orderId: number, transaction: Transaction | null): Promise<ClassDate[]> {
  return ClassDate.findAll({
    where: { orderId, closedAt: null, state: { [Op.notIn]: OVER } },
    order: ['startsAt', 'id'],
    transaction,
  });
}
