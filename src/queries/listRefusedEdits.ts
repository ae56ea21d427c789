import { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import type { OrderGuest } from '../models/OrderGuest';
import { RefusedEdit } from '../models/RefusedEdit';
import { User } from '../models/User';
import { asNamed, wordsSent, type BuyerWords, type WordsSent } from './buyersAsNamed';
import { listGuests } from './externalBookings';
import { lastNamed } from './externalFields';

/** An edit that a marketplace was refused, and what it is about as it is here. */
export type RefusedEditRow = RefusedBookingEdit | RefusedPersonEdit;

export interface RefusedPersonEdit {
  readonly edit: RefusedEdit;
  readonly person: User;
}

export interface RefusedBookingEdit {
  readonly edit: RefusedEdit;
  readonly order: BookOrder;
  readonly teacher: User | undefined;
  readonly buyer: User | undefined;
  /** what the order calls somebody by a word of its own, for an edit to change; null: nobody there, or as they are */
  readonly calls: (userId: number) => BuyerWords | null;
  readonly guests: readonly OrderGuest[];
  /** null where the order itself was to be changed */
  readonly classDate: ClassDate | null;
}

const LIMIT = 100;

/** The oldest first; of one order, or of all. */
export async function listRefusedEdits({ orderId }: { orderId?: number } = {}): Promise<RefusedEditRow[]> {
  const where = orderId === undefined ? {} : { orderId };
  const edits = await RefusedEdit.findAll({ where, order: ['refusedAt', 'id'], limit: LIMIT });
  const orderIds = [...new Set(edits.flatMap((edit) => edit.orderId ?? []))];
  const [orders, classDates, guests, sent] = await Promise.all([
    BookOrder.findAll({ where: { id: orderIds } }),
    ClassDate.findAll({ where: { id: edits.flatMap(({ classDateId }) => classDateId ?? []) } }),
    listGuests(orderIds),
    wordsSent(orderIds),
  ]);
  const userIds = [
    ...[...edits, ...orders].flatMap(({ userId }) => userId ?? []),
    ...orders.flatMap((order) => lastNamed(order).namedBuyer?.id ?? []),
  ];
  const users = await User.findAll({ where: { id: [...userIds, ...orders.map(({ teacherId }) => teacherId)] } });
  const userOf = new Map(users.map((user) => [user.id, user]));
  return edits.flatMap((edit): RefusedEditRow[] => {
    const person = edit.userId === null ? undefined : userOf.get(edit.userId);
    if (person) return [{ edit, person }];
    const order = orders.find(({ id }) => id === edit.orderId);
    if (!order) return [];
    const of = { edit, order, teacher: userOf.get(order.teacherId), buyer: userOf.get(order.userId) };
    const calls = (userId: number) => wordOf(sent, order, userOf.get(userId));
    const ofOrder = guests.filter((guest) => guest.orderId === order.id);
    return [{ ...of, calls, guests: ofOrder, classDate: classDates.find(({ id }) => id === edit.classDateId) ?? null }];
  });
}

/** Whoever is the marketplace's own is called as it has put them, whatever its orders say. */
function wordOf(sent: WordsSent, order: BookOrder, person: User | undefined): BuyerWords | null {
  return person === undefined || person.customer === order.customer ? null : asNamed(sent, order, person);
}

export function countRefusedEdits(): Promise<number> {
  return RefusedEdit.count();
}
