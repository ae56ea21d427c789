import type { Response } from 'supertest';
import { BookOrder } from '../../../../src/models/BookOrder';
import { ClassDate } from '../../../../src/models/ClassDate';
import { OrderGuest } from '../../../../src/models/OrderGuest';
import { User } from '../../../../src/models/User';
import { WorkflowOutbox } from '../../../../src/models/WorkflowOutbox';
import { ZoomSecureToken } from '../../../../src/models/ZoomSecureToken';
import { classDateContent, orderContent } from '../../../factories/orderContents';
import { buildUser } from '../../../factories/people';
import { startApiSite, type ApiSite, type Caller } from '../../../support/apiSite';

/*
 * Programs that call again before they have been answered, and several that call at once: whatever the order in which the
 * database takes them, the outcome is one that calls one after the other could have had.
 */

const AT_ONCE = 20;

let site: ApiSite;
let shop: Caller;
let teacherEmail: string;

beforeAll(async () => {
  site = await startApiSite();
  shop = await site.caller();
  teacherEmail = (await buildUser('teacher')).email;
});

afterAll(() => site.close());

let count = 0;
const newOrder = () => `/api/v1/orders/P-${(count += 1)}`;
const times = <T>(work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: AT_ONCE }, (_, index) => work(index)));
const statusesOf = (answers: readonly Response[]) => answers.map(({ status }) => status).sort();

/** With people whom nobody knows yet. */
function newContent() {
  const name = `at-once-${(count += 1)}`;
  const buyer = { ...orderContent(teacherEmail).buyer, email: `${name}@buyers.test` };
  return orderContent(teacherEmail, {
    buyer,
    guests: [1, 2, 3].map((guest) => ({ email: `${name}.${guest}@guests.test` })),
  });
}

async function orderOf(address: string): Promise<BookOrder> {
  return BookOrder.findOne({ where: { externalId: address.split('/')[4] ?? '' }, rejectOnEmpty: true });
}

it(`${AT_ONCE} times the same order and class date at once are one`, async () => {
  const [order, content] = [newOrder(), newContent()];
  expect(statusesOf(await times(() => shop.put(order, content)))).toEqual([
    ...Array<number>(AT_ONCE - 1).fill(200),
    201,
  ]);
  const { id: orderId, userId } = await orderOf(order);
  expect(await User.count({ where: { email: content.buyer.email } })).toBe(1);
  expect(await OrderGuest.count({ where: { orderId } })).toBe(3);
  const dates = await times(() => shop.put(`${order}/class-dates/C`, classDateContent()));
  expect(statusesOf(dates)).toEqual([...Array<number>(AT_ONCE - 1).fill(200), 201]);
  const booked = await ClassDate.findAll({ where: { orderId } });
  expect(booked).toHaveLength(1);
  const classDateId = booked[0]?.id ?? 0;
  expect(await ZoomSecureToken.count({ where: { classDateId } })).toBe(4);
  expect(await ZoomSecureToken.count({ where: { classDateId, userId } })).toBe(1);
  expect(await WorkflowOutbox.count({ where: { classDateId } })).toBe(1);
});

it('orders of the same new buyer at once make one person', async () => {
  const content = newContent();
  const answers = await times(() => shop.put(newOrder(), content));
  expect(statusesOf(answers)).toEqual(Array<number>(AT_ONCE).fill(201));
  expect(await User.count({ where: { email: content.buyer.email } })).toBe(1);
});

it('of edits at once by the same ETag one is taken', async () => {
  const order = newOrder();
  await shop.put(order, newContent());
  await shop.put(`${order}/class-dates/C`, classDateContent());
  const tag = String((await shop.get(`${order}/class-dates/C`)).headers['etag']);
  const answers = await times((index) =>
    shop.put(`${order}/class-dates/C`, classDateContent({ durationMinutes: 61 + index }), { 'If-Match': tag }),
  );
  expect(statusesOf(answers)).toEqual([200, ...Array<number>(AT_ONCE - 1).fill(412)]);
});

it('of edits at once with revisions of their own the highest is what remains', async () => {
  const order = newOrder();
  await shop.put(order, newContent());
  const edit = (revision: number) => classDateContent({ durationMinutes: 60 + revision, revision });
  const answers = await times((index) => shop.put(`${order}/class-dates/C`, edit(index + 1)));
  for (const { status } of answers) expect([200, 201, 409]).toContain(status);
  expect((await shop.get(`${order}/class-dates/C`)).body).toMatchObject(edit(AT_ONCE));
});

it('a class date that is booked and moved while its order is cancelled is cancelled in the end, or was never booked', async () => {
  for (let round = 0; round < 5; round += 1) {
    const order = newOrder();
    await shop.put(order, newContent());
    await shop.put(`${order}/class-dates/there`, classDateContent());
    const answers = await Promise.all([
      shop.put(`${order}/class-dates/there`, classDateContent({ durationMinutes: 45 })),
      shop.put(`${order}/class-dates/new`, classDateContent()),
      shop.delete(order),
      shop.put(`${order}/class-dates/newer`, classDateContent()),
      shop.put(order, newContent()),
      shop.delete(`${order}/class-dates/there`),
    ]);
    for (const { status } of answers) expect([200, 201, 409]).toContain(status);
    const { id: orderId, cancelledAt } = await orderOf(order);
    expect(cancelledAt).not.toBeNull();
    const states = (await ClassDate.findAll({ where: { orderId } })).map(({ state }) => state);
    expect(states).toEqual(states.map(() => 'cancelled'));
  }
});
