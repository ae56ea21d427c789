import { randomBytes } from 'node:crypto';
import type { Deps } from '../../src/deps';
import { connectAtStandIn } from '../../src/dev/demo/connectAtStandIn';
import type { SimulatedUser } from '../../src/dev/zoom/options';
import { addMinutes } from '../../src/domain/clock';
import { BookOrder } from '../../src/models/BookOrder';
import { ClassDate } from '../../src/models/ClassDate';
import { OrderGuest } from '../../src/models/OrderGuest';
import { User } from '../../src/models/User';
import { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { DEFAULT_TIMES } from '../../src/queries/findZoomSettings';
import { hashToken, joinToken, type PersonKey } from '../../src/security/joinPass';
import { inBatches } from './inBatches';

const ZOOM_ID_LENGTH = 22;
const ROWS_AT_ONCE = 2_000;

/** Licensed hosts for the Zoom stand-in, each on a paid account of their own. */
export function simulatedTeachers(count: number): SimulatedUser[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `host${String(index).padStart(ZOOM_ID_LENGTH - 4, '0')}`,
    accountId: `account${index}`,
    email: `teacher${index}@teachers.test`,
    firstName: 'Teacher',
    lastName: String(index),
    type: 2,
    plan: 'pro',
  }));
}

/** Teachers in MySQL, connected to the simulated ones. */
export async function connectTeachers(deps: Deps, hosts: readonly SimulatedUser[]): Promise<User[]> {
  const teachers = await User.bulkCreate(
    hosts.map(({ email, firstName, lastName }) => ({ role: 'teacher' as const, email, firstName, lastName })),
  );
  await inBatches(teachers.length, 5, async (index) => {
    const [teacher, host] = [teachers[index], hosts[index]];
    if (teacher && host) await connectAtStandIn(deps, teacher.id, host.email);
  });
  return teachers;
}

export interface Herd {
  readonly teachers: readonly User[];
  readonly classes: number;
  /** a buyer and guests */
  readonly recipients: number;
  /** when class number `index` opens */
  opensAt(index: number): Date;
  /** they were booked long ago, and have had their rehearsals by now */
  readonly rehearsed?: boolean;
}

/** Class dates with a pass for each recipient, written straight into MySQL; nobody has been told of them yet. */
export async function bookHerd(deps: Deps, herd: Herd): Promise<ClassDate[]> {
  const { teachers, classes, recipients, opensAt, rehearsed = false } = herd;
  const buyer = await User.create({
    role: 'student',
    email: `buyer${randomBytes(4).toString('hex')}@students.test`,
    firstName: 'Bo',
    lastName: 'Buyer',
    timeZone: 'Europe/Berlin',
  });
  const orders = await BookOrder.bulkCreate(
    Array.from({ length: classes }, (_, index) => ({
      title: `Class ${index}`,
      userId: buyer.id,
      teacherId: teachers[index % teachers.length]?.id ?? 0,
    })),
  );
  const classDates = await ClassDate.bulkCreate(
    orders.map((order, index) => {
      const startsAt = addMinutes(opensAt(index), DEFAULT_TIMES.leadMinutes);
      return {
        randomKey: randomBytes(16).toString('hex'),
        orderId: order.id,
        teacherId: order.teacherId,
        localStart: startsAt.toISOString().slice(0, 16),
        timeZone: 'UTC',
        startsAt,
        durationMinutes: 60,
        ...DEFAULT_TIMES,
        state: 'scheduled' as const,
        ...(rehearsed ? { rehearsedAt: new Date(), rehearsedVersion: 1 } : {}),
      };
    }),
  );
  const guests = await addGuests(orders, recipients - 1);
  await addPasses(deps, classDates, buyer, guests);
  return classDates;
}

async function addGuests(orders: readonly BookOrder[], perOrder: number): Promise<OrderGuest[]> {
  const rows = orders.flatMap(({ id: orderId }) =>
    Array.from({ length: perOrder }, (_, index) => ({ orderId, email: `guest${index}.${orderId}@guests.test` })),
  );
  const made: OrderGuest[] = [];
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    made.push(...(await OrderGuest.bulkCreate(rows.slice(from, from + ROWS_AT_ONCE))));
  }
  return made;
}

async function addPasses(
  { signingKeys }: Deps,
  classDates: readonly ClassDate[],
  buyer: User,
  guests: readonly OrderGuest[],
): Promise<void> {
  const keyId = signingKeys.currentId;
  const byOrder = new Map<number, OrderGuest[]>();
  for (const guest of guests) byOrder.set(guest.orderId, [...(byOrder.get(guest.orderId) ?? []), guest]);
  const rows = classDates.flatMap(({ id: classDateId, orderId, randomKey: classKey }) => {
    const token = (person: PersonKey) => hashToken(joinToken(signingKeys, { keyId, classKey, person, epoch: 1 }));
    const common = { classDateId, keyId, epoch: 1 };
    return [
      { ...common, userId: buyer.id, email: buyer.email, token: token(`user:${buyer.id}`) },
      ...(byOrder.get(orderId) ?? []).map(({ id, email }) => ({
        ...common,
        guestId: id,
        email,
        token: token(`guest:${id}`),
      })),
    ];
  });
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    await ZoomSecureToken.bulkCreate(rows.slice(from, from + ROWS_AT_ONCE));
  }
}
