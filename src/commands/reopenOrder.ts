import type { Transaction } from 'sequelize';
import type { ClassDate } from '../models/ClassDate';
import { User } from '../models/User';
import { lockOrder } from './lockOrder';
import { withholdPasses } from './withheldPasses';

/** An order that was cancelled as a whole has a class again; a buyer who was disabled meanwhile has no way in. */
export async function reopenOrder({ id, orderId }: ClassDate, now: Date, transaction: Transaction): Promise<void> {
  const order = await lockOrder(orderId, transaction);
  if (order.cancelledAt) await order.update({ cancelledAt: null, version: order.version + 1 }, { transaction });
  const buyer = await User.findByPk(order.userId, { lock: true, transaction });
  if (buyer?.disabledAt) await withholdPasses(buyer.id, now, transaction, id);
}
