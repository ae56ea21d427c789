import type { Transaction } from 'sequelize';
import { OrderBuyer } from '../models/OrderBuyer';
import { isOtherwise } from '../queries/externalFields';
import type { BuyerRef } from './findOrAddBuyer';

interface Named {
  readonly orderId: number;
  readonly userId: number;
}

/**
 * Keeps what a program called the buyer of its order, beside whatever they are called here: that is what its own order tells.
 * Whoever it names by an id, it has put, and tells of there.
 *
 * @returns whether that is another word than before
 */
export async function keepBuyerName(named: Named, buyer: BuyerRef, transaction: Transaction): Promise<boolean> {
  if ('externalId' in buyer) return false;
  const { firstName, lastName, timeZone, language } = buyer;
  const words = { firstName, lastName, timeZone, language };
  // The order's lock is held: nobody else writes this row.
  const known = await OrderBuyer.findOne({ where: { ...named }, transaction });
  if (known && !isOtherwise(known, words)) return false;
  await (known ? known.update(words, { transaction }) : OrderBuyer.create({ ...named, ...words }, { transaction }));
  return true;
}
