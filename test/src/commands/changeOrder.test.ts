import { bookClassDate } from '../../../src/commands/bookClassDate';
import { cancelOrder } from '../../../src/commands/cancelOrder';
import { changeOrder } from '../../../src/commands/changeOrder';
import { createOrder } from '../../../src/commands/createOrder';
import { reopenClass } from '../../../src/commands/reopenClass';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import { BookOrder } from '../../../src/models/BookOrder';
import type { ClassDate } from '../../../src/models/ClassDate';
import { OrderGuest } from '../../../src/models/OrderGuest';
import { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import { buildUser } from '../../factories/people';
import { startWebsite, type Website } from '../../support/website';

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

/** An order with two class dates to come and one that is settled. */
async function build(guests = '') {
  const [buyer, teacher] = [await buildUser('student'), await buildUser('teacher')];
  const wanted = { title: 'Maths 7B', buyerId: buyer.id, teacherId: teacher.id, guests };
  const { order } = await createOrder(website.deps, wanted, THE_SYSTEM);
  const classDates: ClassDate[] = [];
  for (const days of [1, 2, 3]) {
    const localStart = addMinutes(new Date(), days * 24 * 60)
      .toISOString()
      .slice(0, 16);
    const booking = { orderId: order.id, localStart, timeZone: 'UTC', durationMinutes: 60 };
    classDates.push((await bookClassDate(website.deps, booking, THE_SYSTEM)).classDate);
  }
  const [first, second, over] = classDates;
  if (!first || !second || !over) throw new Error('Three were booked.');
  await over.update({ state: 'settled' });
  website.temporal.hints.length = 0;
  return { order, buyer, teacher, first, second, over };
}

const change = (order: BookOrder, edit: Partial<Parameters<typeof changeOrder>[1]>) =>
  changeOrder(website.deps, { orderId: order.id, ...edit }, THE_SYSTEM);

it('gives all its coming classes to another teacher, and those alone', async () => {
  const { order, teacher, first, second, over } = await build();
  const other = await buildUser('teacher');
  expect(await change(order, { teacherId: other.id })).toEqual({ changed: true, classDates: 2 });
  expect(await change(order, { teacherId: other.id })).toEqual({ changed: false, classDates: 0 });
  for (const row of [first, second]) expect(await row.reload()).toMatchObject({ teacherId: other.id, version: 2 });
  expect((await over.reload()).teacherId).toBe(teacher.id);
  expect((await order.reload()).teacherId).toBe(other.id);
  expect([...website.temporal.hints].sort()).toEqual([first, second].map(({ id }) => `${id}: teacher changed`).sort());
});

it('changes nothing at all when one of them is live, unless it is forced', async () => {
  const { order, teacher, first } = await build();
  await first.update({ state: 'live' });
  const { id: teacherId } = await buildUser('teacher');
  await expect(change(order, { teacherId, title: 'Maths 8' })).rejects.toMatchObject({ code: 'class_is_live' });
  expect(await order.reload()).toMatchObject({ teacherId: teacher.id, title: 'Maths 7B' });
  await change(order, { teacherId, force: true });
  expect((await first.reload()).state).toBe('preparing');
});

it('another title reaches the rooms and is no news that anybody is mailed about', async () => {
  const { order, first } = await build();
  await change(order, { title: ' Maths 8 ' });
  expect((await order.reload()).title).toBe('Maths 8');
  expect(await first.reload()).toMatchObject({ version: 2, scheduleVersion: 1 });
  await expect(change(order, { title: ' ' })).rejects.toMatchObject({ fields: [{ field: 'title' }] });
});

it('another buyer gets passes, and the former one’s are withdrawn; back again they get new links', async () => {
  const { order, buyer, first, over } = await build();
  const other = await buildUser('student');
  await change(order, { buyerId: other.id });
  const passOf = (userId: number, { id: classDateId }: ClassDate) =>
    ZoomSecureToken.findOne({ where: { userId, classDateId } });
  const former = await passOf(buyer.id, first);
  expect(former?.revokedAt).not.toBeNull();
  expect((await passOf(buyer.id, over))?.revokedAt).toBeNull();
  expect(await passOf(other.id, first)).toMatchObject({ email: other.email, revokedAt: null });
  expect(await passOf(other.id, over)).toBeNull();
  await change(order, { buyerId: buyer.id });
  expect(await former?.reload()).toMatchObject({ revokedAt: null, epoch: 2 });
  expect((await passOf(other.id, first))?.revokedAt).not.toBeNull();
});

it('a guest who becomes the buyer is a guest no more, and has one pass that works', async () => {
  const other = await buildUser('student');
  const { order, first } = await build(other.email);
  await change(order, { buyerId: other.id });
  const guest = await OrderGuest.findOne({ where: { orderId: order.id }, rejectOnEmpty: true });
  expect(guest.removedAt).not.toBeNull();
  const working = { classDateId: first.id, email: other.email, revokedAt: null };
  expect(await ZoomSecureToken.count({ where: working })).toBe(1);
});

it('refuses people who are not what they should be', async () => {
  const { order, buyer, teacher } = await build();
  await expect(change(order, { teacherId: buyer.id })).rejects.toMatchObject({ fields: [{ field: 'teacherId' }] });
  await expect(change(order, { buyerId: teacher.id })).rejects.toMatchObject({ fields: [{ field: 'buyerId' }] });
  await expect(changeOrder(website.deps, { orderId: 999_999 }, THE_SYSTEM)).rejects.toMatchObject({ status: 404 });
});

it('cancelled as a whole, all its coming classes are, once, and none can be booked; reopening one takes it back', async () => {
  const { order, first, second, over } = await build();
  const cancel = () => cancelOrder(website.deps, { orderId: order.id }, THE_SYSTEM);
  expect(await cancel()).toEqual({ changed: true, classDates: 2 });
  expect(await cancel()).toEqual({ changed: false, classDates: 0 });
  for (const row of [first, second]) expect(await row.reload()).toMatchObject({ state: 'cancelled', version: 2 });
  expect((await over.reload()).state).toBe('settled');
  const booking = { orderId: order.id, localStart: '2031-01-01T10:00', timeZone: 'UTC', durationMinutes: 60 };
  await expect(bookClassDate(website.deps, booking, THE_SYSTEM)).rejects.toMatchObject({ code: 'order_cancelled' });
  await reopenClass(website.deps, { classDateId: first.id }, THE_SYSTEM);
  expect((await BookOrder.findByPk(order.id))?.cancelledAt).toBeNull();
  await bookClassDate(website.deps, booking, THE_SYSTEM);
});
