import { isOver } from '../domain/classStates';
import { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import { OrderGuest } from '../models/OrderGuest';
import { User } from '../models/User';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { findHostClashes, type HostClash } from './findHostClashes';
import { withNames, type ClassRow } from './listClassDates';
import { listOpenClassDates } from './listOpenClassDates';

export interface OrderRow {
  readonly id: number;
  readonly title: string;
  readonly buyer: string;
  readonly teacher: string;
  readonly cancelled: boolean;
}

export interface OrderDetail extends Omit<OrderRow, 'cancelled'> {
  readonly cancelledAt: Date | null;
  /** the zone to suggest for its next class */
  readonly timeZone: string;
  readonly guests: readonly OrderGuestRow[];
  readonly classDates: readonly ClashingRow[];
}

/** With what stands in its way; classes that are over have nothing. */
export interface ClashingRow extends ClassRow {
  readonly clashes: readonly HostClash[];
}

interface OrderGuestRow {
  readonly id: number;
  readonly email: string;
  readonly name: string | null;
  /** null while it is not known */
  readonly timeZone: string | null;
}

/** One guest of an order, and the class dates that a change of them touches. */
export interface GuestDetail {
  readonly guest: OrderGuest;
  readonly orderTitle: string;
  readonly classDates: readonly ClassRow[];
}

const LIMIT = 100;

export async function listOrders(): Promise<OrderRow[]> {
  const orders = await BookOrder.findAll({ order: [['id', 'DESC']], limit: LIMIT });
  const people = await User.findAll({ where: { id: orders.flatMap(({ userId, teacherId }) => [userId, teacherId]) } });
  const names = new Map(people.map(({ id, fullName }) => [id, fullName]));
  return orders.map(({ id, title, userId, teacherId, cancelledAt }) => ({
    id,
    title,
    buyer: names.get(userId) ?? '',
    teacher: names.get(teacherId) ?? '',
    cancelled: cancelledAt !== null,
  }));
}

export async function findOrder(id: number, now: Date): Promise<OrderDetail | null> {
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
    cancelledAt: order.cancelledAt,
    timeZone: teacher?.timeZone ?? 'UTC',
    guests: guests.map((guest) => ({ id: guest.id, email: guest.email, name: guest.name, timeZone: guest.timeZone })),
    classDates: await withClashes(await withNames(classDates), now),
  };
}

async function withClashes(rows: readonly ClassRow[], now: Date): Promise<ClashingRow[]> {
  const coming = rows.filter(({ classDate }) => !isOver(classDate.state));
  const clashes = await findHostClashes(
    coming.map(({ classDate }) => classDate),
    now,
  );
  return rows.map((row) => ({ ...row, clashes: clashes[coming.indexOf(row)] ?? [] }));
}

/** Null when that order has no such guest; one who was removed is found. */
export async function findGuest(orderId: number, guestId: number): Promise<GuestDetail | null> {
  const [order, guest] = await Promise.all([
    BookOrder.findByPk(orderId),
    OrderGuest.findOne({ where: { id: guestId, orderId } }),
  ]);
  if (!order || !guest) return null;
  const open = await listOpenClassDates(orderId, null);
  const passes = await ZoomSecureToken.findAll({
    where: { guestId, classDateId: open.map(({ id }) => id), revokedAt: null },
    attributes: ['classDateId'],
  });
  const touched = new Set(passes.map(({ classDateId }) => classDateId));
  return { guest, orderTitle: order.title, classDates: await withNames(open.filter(({ id }) => touched.has(id))) };
}
