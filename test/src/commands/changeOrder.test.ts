import { bookClassDate } from '../../../src/commands/bookClassDate';
import { cancelClass } from '../../../src/commands/cancelClass';
import { cancelOrder } from '../../../src/commands/cancelOrder';
import { changeOrder, changeOrderIn } from '../../../src/commands/changeOrder';
import { createOrder } from '../../../src/commands/createOrder';
import { planMails } from '../../../src/commands/planMails';
import { reopenClass } from '../../../src/commands/reopenClass';
import { rescheduleClass } from '../../../src/commands/rescheduleClass';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import { BookOrder } from '../../../src/models/BookOrder';
import type { ClassDate } from '../../../src/models/ClassDate';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { OrderGuest } from '../../../src/models/OrderGuest';
import { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import { findOrderEdit } from '../../../src/queries/findOrderEdit';
import { buildMail } from '../../factories/mails';
import { buildUser } from '../../factories/people';
import { waitsForALock } from '../../support/lockWaits';
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

it('a class that is cancelled meanwhile goes to the new teacher, too, who is told once it takes place after all', async () => {
  const { order, teacher, first, over } = await build();
  await cancelClass(website.deps, { classDateId: first.id }, THE_SYSTEM);
  const other = await buildUser('teacher');
  expect(await change(order, { teacherId: other.id })).toEqual({ changed: true, classDates: 1 });
  expect(await first.reload()).toMatchObject({ teacherId: other.id, state: 'cancelled', version: 3 });
  expect((await over.reload()).teacherId).toBe(teacher.id);
  await reopenClass(website.deps, { classDateId: first.id }, THE_SYSTEM);
  const { gathersUntil } = await first.reload();
  const now = addMinutes(gathersUntil ?? new Date(), 1);
  await planMails({ classDateId: first.id, now, kinds: ['reopened', 'teacher_assigned', 'teacher_released'] });
  const mails = await MailDelivery.findAll({ where: { classDateId: first.id, state: 'queued' } });
  expect(mails.map(({ kind, userId }) => [kind, userId])).toEqual([['teacher_assigned', other.id]]);
});

describe('a class that was missed', () => {
  const missed = { state: 'missed', closedAt: new Date() } as const;
  const in2Days = addMinutes(new Date(), 2 * 24 * 60)
    .toISOString()
    .slice(0, 16);

  it('goes to the new teacher, too, who is told once it is moved', async () => {
    const { order, first } = await build();
    await first.update({ ...missed, outcome: 'room_failed' });
    const other = await buildUser('teacher');
    const kinds = ['missed', 'rescheduled', 'reopened', 'teacher_assigned', 'teacher_released'] as const;
    const told = async (now: Date) => {
      await planMails({ classDateId: first.id, now, kinds });
      const mails = await MailDelivery.findAll({ where: { classDateId: first.id, state: 'queued' } });
      return mails.map(({ kind, userId }) => [kind, userId]);
    };
    expect(await change(order, { teacherId: other.id })).toEqual({ changed: true, classDates: 1 });
    expect(await first.reload()).toMatchObject({ teacherId: other.id, state: 'missed', version: 2 });
    expect(await told(new Date())).toEqual([]);
    await rescheduleClass(website.deps, { classDateId: first.id, localStart: in2Days }, THE_SYSTEM);
    const { gathersUntil } = await first.reload();
    expect(await told(addMinutes(gathersUntil ?? new Date(), 1))).toEqual([['teacher_assigned', other.id]]);
  });

  it('stays with its teacher when a person said that it was held all the same', async () => {
    const { order, teacher, first } = await build();
    await first.update({ ...missed, outcome: 'held' });
    await change(order, { teacherId: (await buildUser('teacher')).id });
    expect((await first.reload()).teacherId).toBe(teacher.id);
  });
});

it('a cancelled class whose time is past goes to the new teacher, too: it may be given another time', async () => {
  const { order, first } = await build();
  await cancelClass(website.deps, { classDateId: first.id }, THE_SYSTEM);
  await first.update({ startsAt: addMinutes(new Date(), -100) });
  const other = await buildUser('teacher');
  await change(order, { teacherId: other.id });
  expect((await first.reload()).teacherId).toBe(other.id);
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

describe('an order that somebody else has changed since it was opened', () => {
  it('is left as it is, unless it is so already', async () => {
    const { order } = await build();
    const opened = order.version;
    await change(order, { title: 'Maths 8', expectedVersion: opened });
    const late = { title: 'Maths 9', expectedVersion: opened };
    await expect(change(order, late)).rejects.toMatchObject({ status: 409, code: 'changed_meanwhile' });
    expect(await change(order, { title: 'Maths 8', expectedVersion: opened })).toMatchObject({ changed: false });
    expect(await order.reload()).toMatchObject({ title: 'Maths 8', version: opened + 1 });
  });

  it('is not cancelled either; and one that was reopened is another than the one that was cancelled', async () => {
    const { order, first } = await build();
    const cancel = (expectedVersion?: number) =>
      cancelOrder(website.deps, { orderId: order.id, expectedVersion }, THE_SYSTEM);
    await change(order, { title: 'Maths 8' });
    await expect(cancel(1)).rejects.toMatchObject({ code: 'changed_meanwhile' });
    await cancel(2);
    await reopenClass(website.deps, { classDateId: first.id }, THE_SYSTEM);
    expect(await order.reload()).toMatchObject({ cancelledAt: null, version: 4 });
    await expect(cancel(2)).rejects.toMatchObject({ code: 'changed_meanwhile' });
  });
});

it('a class that is booked while its order is changed is given by the new teacher, for the new buyer', async () => {
  const { order, buyer } = await build();
  const [teacher, other] = [await buildUser('teacher'), await buildUser('student')];
  const transaction = await website.deps.db.transaction();
  const edit = { orderId: order.id, teacherId: teacher.id, buyerId: other.id };
  await changeOrderIn(website.deps, edit, THE_SYSTEM, transaction);
  const booking = { orderId: order.id, localStart: '2031-01-01T10:00', timeZone: 'UTC', durationMinutes: 60 };
  const booked = bookClassDate(website.deps, booking, THE_SYSTEM);
  await waitsForALock(website.deps.db);
  await transaction.commit();
  const { classDate } = await booked;
  expect(classDate.teacherId).toBe(teacher.id);
  const passes = await ZoomSecureToken.findAll({ where: { classDateId: classDate.id } });
  expect(passes.map(({ userId }) => userId)).toEqual([other.id]);
  expect(passes.map(({ userId }) => userId)).not.toContain(buyer.id);
});

describe('another buyer, when nobody is to be mailed', () => {
  /** A class that opened a while ago, of which the buyer has been reminded, or has not yet. */
  async function opened(reminded: boolean) {
    const { order, buyer, first, second } = await build();
    await second.update({ state: 'cancelled' });
    const startsAt = addMinutes(new Date(), 10);
    await first.update({ startsAt, state: 'ready' });
    const pass = await ZoomSecureToken.findOne({ where: { classDateId: first.id }, rejectOnEmpty: true });
    const told = { toldStartsAt: startsAt, toldDurationMinutes: 60, toldTeacherId: first.teacherId, toldOff: false };
    if (reminded) await buildMail(first, pass, { ...told, toldAt: new Date(), state: 'sent' });
    return { order, buyer, classDateId: first.id };
  }

  const remindersOf = async (classDateId: number, userId: number) => {
    await planMails({ classDateId, now: new Date(), kinds: ['class_reminder', 'guest_invitation'] });
    const recipientKey = `user:${userId}`;
    const rows = await MailDelivery.findAll({ where: { classDateId, recipientKey, kind: 'class_reminder' } });
    return rows.map(({ state }) => state);
  };

  it.each([
    ['has not', false, 'skipped'],
    ['has', true, 'queued'],
  ])('%s what the former one was reminded of sent', async (_word, notify, state) => {
    const { order, buyer, classDateId } = await opened(true);
    const other = await buildUser('student');
    await change(order, { buyerId: other.id, notify });
    expect(await remindersOf(classDateId, other.id)).toEqual([state]);
    await change(order, { buyerId: buyer.id, notify });
    expect(await remindersOf(classDateId, buyer.id)).toEqual([state]);
  });

  it('is reminded like anybody else of what nobody has been reminded of', async () => {
    const { order, classDateId } = await opened(false);
    const other = await buildUser('student');
    await change(order, { buyerId: other.id, notify: false });
    expect(await remindersOf(classDateId, other.id)).toEqual(['queued']);
  });
});

it('who will be mailed about all its class dates is read at once', async () => {
  const { order } = await build();
  const read = jest.spyOn(MailDelivery, 'findAll');
  const edit = await findOrderEdit(order.id, 'teacher');
  const reads = read.mock.calls.length;
  read.mockRestore();
  expect([edit?.coming.length, edit?.hearing.length, reads]).toEqual([2, 1, 1]);
});
