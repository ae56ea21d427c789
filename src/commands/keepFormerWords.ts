import { Op, type Transaction } from 'sequelize';
import { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import { OrderBuyer } from '../models/OrderBuyer';
import type { User } from '../models/User';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { wordsSent, type BuyerWords } from '../queries/buyersAsNamed';

/**
 * Somebody is another marketplace's from now on, which may call them otherwise. Orders of others that have no word of their own,
 * as they name them by an id, go on calling them what they were called until then. So do all orders of the one whose they were:
 * it had put them, and its orders told them so whatever they had been sent before.
 *
 * @param user locked, with whose they are now
 * @param former whose they were, and what they were called
 */
export async function keepFormerWords(
  { id: userId, customer }: User,
  former: BuyerWords & Pick<User, 'customer'>,
  transaction: Transaction,
): Promise<void> {
  const { firstName, lastName, timeZone, language } = former;
  const part = { [Op.or]: [{ userId }, { id: await ordersOfPasses(userId, transaction) }] };
  const ofOthers = { customer: { [Op.ne]: customer } };
  const orders = await BookOrder.findAll({
    where: { [Op.and]: [part, ofOthers] },
    attributes: ['id', 'customer'],
    transaction,
  });
  const sent = await wordsSent(
    orders.map(({ id }) => id),
    transaction,
  );
  const rows = orders
    .filter(({ id, customer: theirs }) => theirs === former.customer || sent(id, userId) === null)
    .map(({ id }) => ({ orderId: id, userId, firstName, lastName, timeZone, language }));
  const updateOnDuplicate: (keyof BuyerWords)[] = ['firstName', 'lastName', 'timeZone', 'language'];
  await OrderBuyer.bulkCreate(rows, { updateOnDuplicate, transaction });
}

/** A former buyer still has passes for classes of an order, and its attendance names them. */
async function ordersOfPasses(userId: number, transaction: Transaction): Promise<number[]> {
  const passes = await ZoomSecureToken.findAll({ where: { userId }, attributes: ['classDateId'], transaction });
  const where = { id: passes.map(({ classDateId }) => classDateId) };
  const classDates = await ClassDate.findAll({ where, attributes: ['orderId'], transaction });
  return classDates.map(({ orderId }) => orderId);
}
