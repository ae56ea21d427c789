import { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import { OrderGuest } from '../models/OrderGuest';
import { User } from '../models/User';
import { withNames, type ClassRow } from './listClassDates';

export interface OrderRow {
  readonly id: number;
  readonly title: string;
  readonly buyer: string;
  readonly teacher: string;
}

export interface OrderDetail extends OrderRow {
  /** the zone to suggest for its next class */
  readonly timeZone: string;
  readonly guests: readonly { readonly email: string; readonly name: string | null }[];
  readonly classDates: readonly ClassRow[];
}

const LIMIT = 100;

export async function listOrders(): Promise<OrderRow[]> {
  const orders = await BookOrder.findAll({ order: [['id', 'DESC']], limit: LIMIT });
  const people = await User.findAll({ where: { id: orders.flatMap(({ userId, teacherId }) => [userId, teacherId]) } });
  const names = new Map(people.map(({ id, fullName }) => [id, fullName]));
  return orders.map(({ id, title, userId, teacherId }) => ({
    id,
    title,
    buyer: names.get(userId) ?? '',
    teacher: names.get(teacherId) ?? '',
  }));
}

export async function findOrder(id: number): Promise<OrderDetail | null> {
  const order = await BookOrder.findByPk(id);
  if (!order) return null;
  const [buyer, teacher, guests, classDates] = await Promise.all([
    User.findByPk(order.userId),
    User.findByPk(order.teacherId),
    OrderGuest.findAll({ where: { orderId: id, removedAt: null }, order: ['id'] }),
    ClassDate.findAll({ where: { orderId: id }, order: ['startsAt'] }),
  ]);
  return {
    id,
    title: order.title,
    buyer: buyer?.fullName ?? '',
    teacher: teacher?.fullName ?? '',
    timeZone: teacher?.timeZone ?? 'UTC',
    guests: guests.map(({ email, name }) => ({ email, name })),
    classDates: await withNames(classDates),
  };
}
