import type { Transaction } from 'sequelize';
import { AppError, NotFoundError } from '../errors';
import { BookOrder } from '../models/BookOrder';

/** An order that is about to be changed, or booked for: whoever else does so waits. */
export async function lockOrder(orderId: number, transaction: Transaction): Promise<BookOrder> {
  const order = await BookOrder.findByPk(orderId, { lock: true, transaction });
  if (!order) throw new NotFoundError('There is no such order.');
  return order;
}

/** @throws AppError 409 when somebody else has changed it since whoever edits it opened it */
export function refuseStaleOrder({ version }: BookOrder, expectedVersion: number | undefined): void {
  if (expectedVersion === undefined || expectedVersion === version) return;
  throw new AppError(
    409,
    'changed_meanwhile',
    'Somebody has changed this order since you opened it. Look at it as it is now, then decide again.',
  );
}
