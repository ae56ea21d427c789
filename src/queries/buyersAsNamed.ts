import type { Transaction } from 'sequelize';
import type { BookOrder } from '../models/BookOrder';
import { OrderBuyer } from '../models/OrderBuyer';
import { User } from '../models/User';

/** What somebody is called, as far as an order tells. */
export type BuyerWords = Pick<User, 'firstName' | 'lastName' | 'timeZone' | 'language'>;

type OfOrder = Pick<BookOrder, 'id' | 'customer'>;

/** What an order was last sent of somebody, or calls them since they were handed over; null where it has no word of its own. */
export type WordsSent = (orderId: number, userId: number) => BuyerWords | null;

export async function wordsSent(orderIds: readonly number[], transaction?: Transaction): Promise<WordsSent> {
  const rows = await OrderBuyer.findAll({ where: { orderId: [...orderIds] }, ...(transaction ? { transaction } : {}) });
  const sent = new Map(rows.map((row) => [`${row.orderId}:${row.userId}`, row]));
  return (orderId, userId) => sent.get(`${orderId}:${userId}`) ?? null;
}

/**
 * What an order calls its buyer. One whom its marketplace has put is called as they are; others may be called here
 * by the word of another marketplace, which is nobody else's affair: they are called as this order was sent. Orders from
 * before that was kept, and buyers whom an admin chose, have nothing else than what the person is called.
 */
export function asNamed(sent: WordsSent, { id, customer }: OfOrder, buyer: User): BuyerWords {
  const isTheirs = customer === null || buyer.customer === customer;
  return isTheirs ? buyer : (sent(id, buyer.id) ?? buyer);
}

/** What an order calls its buyer. */
export async function buyerAsNamed(order: OfOrder, buyer: User): Promise<BuyerWords> {
  return asNamed(await wordsSent([order.id]), order, buyer);
}

export function nameOf({ firstName, lastName }: BuyerWords): string {
  return `${firstName} ${lastName}`.trim();
}

/** The names of those buyers as the order calls them, by person. */
export async function buyerNames(order: OfOrder, userIds: readonly number[]): Promise<ReadonlyMap<string, string>> {
  const sent = await wordsSent([order.id]);
  const users = await User.findAll({ where: { id: [...userIds] } });
  return new Map(users.map((user) => [`user:${user.id}`, nameOf(asNamed(sent, order, user))]));
}
