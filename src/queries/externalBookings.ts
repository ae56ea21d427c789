import { Op, type Transaction } from 'sequelize';
import { NotFoundError } from '../errors';
import { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import { OrderGuest } from '../models/OrderGuest';
import { User } from '../models/User';
import { asNamed, wordsSent, type BuyerWords } from './buyersAsNamed';
import { findHostClashes, type HostClash } from './findHostClashes';

/** What a program's call names: whose order, and what they call it. */
export interface ExternalOrderId {
  readonly customer: string;
  readonly orderId: string;
}

export interface ExternalClassDateId extends ExternalOrderId {
  readonly classDateId: string;
}

export interface ExternalOrder {
  readonly order: BookOrder;
  readonly teacher: User;
  readonly buyer: User;
  /** what this order calls them */
  readonly buyerWords: BuyerWords;
  /** what it was sent of them; null where it has no word of its own */
  readonly buyerSent: BuyerWords | null;
  readonly guests: readonly OrderGuest[];
}

export interface ExternalClassDate {
  readonly order: BookOrder;
  readonly classDate: ClassDate;
  readonly teacher: User;
  readonly clashes: readonly HostClash[];
}

export interface Page {
  readonly after: number;
  readonly limit: number;
}

/** @returns null when this customer has no such order; another's counts as none */
export function findOrderOf(
  { customer, orderId }: ExternalOrderId,
  transaction: Transaction | null = null,
): Promise<BookOrder | null> {
  const lock = transaction ? { lock: true } : {};
  return BookOrder.findOne({ where: { customer, externalId: orderId }, transaction, ...lock });
}

/** @throws NotFoundError */
export async function requireOrderOf(id: ExternalOrderId, transaction: Transaction | null = null): Promise<BookOrder> {
  const order = await findOrderOf(id, transaction);
  if (!order) throw new NotFoundError('There is no such order.');
  return order;
}

/** @throws NotFoundError */
export async function requireClassDateOf(
  id: ExternalClassDateId,
  transaction: Transaction | null = null,
): Promise<{ order: BookOrder; classDate: ClassDate }> {
  const order = await requireOrderOf(id, transaction);
  const where = { orderId: order.id, externalId: id.classDateId };
  const classDate = await ClassDate.findOne({ where, transaction, ...(transaction ? { lock: true } : {}) });
  if (!classDate) throw new NotFoundError('This order has no such class date.');
  return { order, classDate };
}

export function listGuests(orderId: number | number[], transaction: Transaction | null = null): Promise<OrderGuest[]> {
  return OrderGuest.findAll({ where: { orderId, removedAt: null }, order: ['id'], transaction });
}

/** One more than is asked for says that there are more. */
export async function listOrdersOf(customer: string, { after, limit }: Page): Promise<ExternalOrder[]> {
  const where = { customer, externalId: { [Op.ne]: null }, id: { [Op.gt]: after } };
  return withPeople(await BookOrder.findAll({ where, order: ['id'], limit: limit + 1 }));
}

export async function withPeople(orders: readonly BookOrder[]): Promise<ExternalOrder[]> {
  const people = await peopleById(orders.flatMap(({ userId, teacherId }) => [userId, teacherId]));
  const guests = await listGuests(orders.map(({ id }) => id));
  const sent = await wordsSent(orders.map(({ id }) => id));
  return orders.map((order) => ({
    order,
    teacher: people(order.teacherId),
    buyer: people(order.userId),
    buyerWords: asNamed(sent, order, people(order.userId)),
    buyerSent: sent(order.id, order.userId),
    guests: guests.filter(({ orderId }) => orderId === order.id),
  }));
}

/** One more than is asked for says that there are more. */
export async function listClassDatesOf(order: BookOrder, page: Page, now: Date): Promise<ExternalClassDate[]> {
  const where = { orderId: order.id, externalId: { [Op.ne]: null }, id: { [Op.gt]: page.after } };
  return withClashes(order, await ClassDate.findAll({ where, order: ['id'], limit: page.limit + 1 }), now);
}

export async function withClashes(
  order: BookOrder,
  classDates: readonly ClassDate[],
  now: Date,
): Promise<ExternalClassDate[]> {
  const people = await peopleById(classDates.map(({ teacherId }) => teacherId));
  const clashes = await findHostClashes(classDates, now);
  return classDates.map((classDate, index) => ({
    ...{ order, classDate, teacher: people(classDate.teacherId) },
    clashes: classDate.state === 'cancelled' ? [] : (clashes[index] ?? []),
  }));
}

async function peopleById(ids: readonly number[]): Promise<(id: number) => User> {
  const users = await User.findAll({ where: { id: [...new Set(ids)] } });
  const byId = new Map(users.map((user) => [user.id, user]));
  return (id) => {
    const user = byId.get(id);
    if (!user) throw new Error(`Person ${id} is named and is not there.`);
    return user;
  };
}
