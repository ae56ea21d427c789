import type { Transaction } from 'sequelize';
import { NotFoundError } from '../errors';
import { BookOrder } from '../models/BookOrder';
import { OrderGuest } from '../models/OrderGuest';

/** A guest, with their order locked: one change of an order's guests at a time, whoever makes it. */
export async function lockGuest(guestId: number, transaction: Transaction): Promise<OrderGuest> {
  const guest = await OrderGuest.findByPk(guestId, { transaction });
  if (!guest) throw new NotFoundError('There is no such guest.');
  await BookOrder.findByPk(guest.orderId, { lock: true, transaction });
  return guest.reload({ transaction });
}
