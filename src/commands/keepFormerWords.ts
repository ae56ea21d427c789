import { Op, type Transaction } from 'sequelize';
import { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import { OrderBuyer } from '../models/OrderBuyer';
import type { User } from '../models/User';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { wordsSent, type BuyerWords } from '../queries/buyersAsNamed';

/**
 * Somebody is another marketplace's from now on, which may call them otherwise. Orders of others that name them by an id, and so
 * have no word of their own, go on calling them what they were called until then.
 *
 * @param user locked, with whose they are now
 * @param words what they were called
 */
export async function keepFormerWords(
  { id: userId, customer }: User,
  words: BuyerWords,
  transaction: Transaction,
): Promise<void> {
  const { firstName, lastName, timeZone, language } = words;
  const part = { [Op.or]: [{ userId }, { id: await ordersOfPasses(userId, transaction) }] };
  const ofOthers = { customer: { [Op.ne]: customer } };
  const orders = await BookOrder.findAll({ where: { [Op.and]: [part, ofOthers] }, attributes: ['id'], transaction });
  const orderIds = orders.map(({ id }) => id);
  const sent = await wordsSent(orderIds, transaction);
  const rows = orderIds
    .filter((orderId) => sent(orderId, userId) === null)
    .map((orderId) => ({ orderId, userId, firstName, lastName, timeZone, language }));
  await OrderBuyer.bulkCreate(rows, { transaction });
}

/** A former buyer still has passes for classes of an order, and its attendance names them. */
async function ordersOfPasses(userId: number, transaction: Transaction): Promise<number[]> {
  const passes = await ZoomSecureToken.findAll({ where: { userId }, attributes: ['classDateId'], transaction });
  const where = { id: passes.map(({ classDateId }) => classDateId) };
  const classDates = await ClassDate.findAll({ where, attributes: ['orderId'], transaction });
  return classDates.map(({ orderId }) => orderId);
}
