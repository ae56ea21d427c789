import type { Transaction } from 'sequelize';
import { OrderBuyer } from '../models/OrderBuyer';
import type { BuyerRef } from './findOrAddBuyer';

interface Named {
  readonly orderId: number;
  readonly userId: number;
}

/**
 * Keeps what a program called the buyer of its order, beside whatever they are called here: that is what its own order tells.
 * Whoever it names by an id, it has put, and tells of there.
 */
export async function keepBuyerName(named: Named, buyer: BuyerRef, transaction: Transaction): Promise<void> {
  if ('externalId' in buyer) return;
  const { firstName, lastName, timeZone, language } = buyer;
  const words = { firstName, lastName, timeZone, language };
  // The order's lock is held: nobody else writes this row.
  const known = await OrderBuyer.findOne({ where: { ...named }, transaction });
  await (known ? known.update(words, { transaction }) : OrderBuyer.create({ ...named, ...words }, { transaction }));
}
