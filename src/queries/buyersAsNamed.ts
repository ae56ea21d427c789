import type { BookOrder } from '../models/BookOrder';
import { OrderBuyer } from '../models/OrderBuyer';
import { User } from '../models/User';

/** What somebody is called, as far as an order tells. */
export type BuyerWords = Pick<User, 'firstName' | 'lastName' | 'timeZone' | 'language'>;

type OfOrder = Pick<BookOrder, 'id' | 'customer'>;

/**
 * What each of these orders calls its buyers. One whom its marketplace has put is called as they are; others may be called here
 * by the word of another marketplace, which is nobody else's affair: they are called as this order was sent. Orders from
 * before that was kept, and buyers whom an admin chose, have nothing else than what the person is called.
 */
export async function buyersAsNamed(orders: readonly OfOrder[]): Promise<(order: OfOrder, buyer: User) => BuyerWords> {
  const rows = await OrderBuyer.findAll({ where: { orderId: orders.map(({ id }) => id) } });
  const named = new Map(rows.map((row) => [`${row.orderId}:${row.userId}`, row]));
  return ({ id, customer }, buyer) => {
    const isTheirs = customer === null || buyer.customer === customer;
    return isTheirs ? buyer : (named.get(`${id}:${buyer.id}`) ?? buyer);
  };
}

export function nameOf({ firstName, lastName }: BuyerWords): string {
  return `${firstName} ${lastName}`.trim();
}

/** The names of those buyers as the order calls them, by person. */
export async function buyerNames(order: OfOrder, userIds: readonly number[]): Promise<ReadonlyMap<string, string>> {
  const asNamed = await buyersAsNamed([order]);
  const users = await User.findAll({ where: { id: [...userIds] } });
  return new Map(users.map((user) => [`user:${user.id}`, nameOf(asNamed(order, user))]));
}
