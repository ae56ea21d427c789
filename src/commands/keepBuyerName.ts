import type { Transaction } from 'sequelize';
import { OrderBuyer } from '../models/OrderBuyer';
import type { BuyerWords } from '../queries/buyersAsNamed';
import { isOtherwise, saysAsBefore, type NamedPerson } from '../queries/externalFields';
import type { BuyerRef } from './findOrAddBuyer';

interface Named {
  readonly orderId: number;
  readonly userId: number;
}

/**
 * What a program calls the buyer of its order otherwise than it did. Whoever it names by an id, it has put, and tells of there.
 *
 * @param known what the order has been sent of them, or calls them since they were handed over
 * @param before whom it named last, and how: by the same words it means no change of what they have been called since
 */
export function newWords(
  buyer: BuyerRef,
  known: BuyerWords | null,
  before: NamedPerson | undefined,
): BuyerWords | null {
  if ('externalId' in buyer) return null;
  const { firstName, lastName, timeZone, language } = buyer;
  const words = { firstName, lastName, timeZone, language };
  const isSame = known !== null && (!isOtherwise(known, words) || saysAsBefore(buyer, before));
  return isSame ? null : words;
}

/** Keeps that beside whatever they are called here: it is what the program's own order tells. */
export async function keepBuyerName(named: Named, words: BuyerWords, transaction: Transaction): Promise<void> {
  await OrderBuyer.upsert({ ...named, ...words }, { transaction });
}
