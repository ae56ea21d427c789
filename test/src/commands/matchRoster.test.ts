import { addGuests } from '../../../src/commands/addGuests';
import { bookClassDate } from '../../../src/commands/bookClassDate';
import { cancelClass } from '../../../src/commands/cancelClass';
import { closeClass } from '../../../src/commands/closeClass';
import { changeOrder } from '../../../src/commands/changeOrder';
import { correctGuest } from '../../../src/commands/correctGuest';
import { createOrder } from '../../../src/commands/createOrder';
import { removeGuest } from '../../../src/commands/removeGuest';
import { reopenClass } from '../../../src/commands/reopenClass';
import { rescheduleClass } from '../../../src/commands/rescheduleClass';
import { settleClass } from '../../../src/commands/settleClass';
import { revokePass } from '../../../src/commands/revokePass';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { concludeAttendance } from '../../../src/domain/attendance';
import { addMinutes } from '../../../src/domain/clock';
import { OrderGuest } from '../../../src/models/OrderGuest';
import { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import { findRuns } from '../../../src/queries/findRuns';
import { readAttendance } from '../../../src/queries/readAttendance';
import { buildAttendedClass } from '../../factories/attendedClasses';
import { buildUser } from '../../factories/people';
import { startWebsite, type Website } from '../../support/website';

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

const inDays = (days: number) =>
  addMinutes(new Date(), days * 24 * 60)
    .toISOString()
    .slice(0, 16);

let orders = 0;

/** A class of tomorrow of an order with a guest for each of these names. */
async function build(...names: string[]) {
  const { deps } = website;
  orders += 1;
  const address = (name: string) => `${name}${orders}@example.test`;
  const [buyer, teacher] = [await buildUser('student'), await buildUser('teacher')];
  const guests = names.map(address).join('\n');
  const wanted = { title: 'Maths 7B', buyerId: buyer.id, teacherId: teacher.id, guests };
  const { order } = await createOrder(deps, wanted, THE_SYSTEM);
  const booking = { orderId: order.id, localStart: inDays(1), timeZone: 'UTC', durationMinutes: 60 };
  const { classDate } = await bookClassDate(deps, booking, THE_SYSTEM);
  const guest = (name: string) =>
    OrderGuest.findOne({ where: { orderId: order.id, email: address(name) }, rejectOnEmpty: true });
  const pass = async (name: string) =>
    ZoomSecureToken.findOne({
      where: { classDateId: classDate.id, guestId: (await guest(name)).id },
      rejectOnEmpty: true,
    });
  return { order, buyer, classDate, address, guest, pass };
}

type Built = Awaited<ReturnType<typeof build>>;

const remove = async ({ guest }: Built, name: string) =>
  removeGuest(website.deps, { guestId: (await guest(name)).id }, THE_SYSTEM);
const add = ({ order, address }: Built, name: string) =>
  addGuests(website.deps, { orderId: order.id, text: address(name) }, THE_SYSTEM);
const cancel = ({ classDate }: Built) => cancelClass(website.deps, { classDateId: classDate.id }, THE_SYSTEM);
const reopen = ({ classDate }: Built) => reopenClass(website.deps, { classDateId: classDate.id }, THE_SYSTEM);

/** To whom the passes are that open a door. */
async function working({ classDate }: Built): Promise<string[]> {
  const passes = await ZoomSecureToken.findAll({ where: { classDateId: classDate.id, revokedAt: null } });
  return passes.map(({ email }) => email).sort();
}

it('a class that takes place after all is for those of its order now, not for those of when it was cancelled', async () => {
  const built = await build('ann', 'ben', 'cleo');
  const { order, buyer, address, guest, pass } = built;
  const link = (await pass('ben')).token;
  await cancel(built);
  await remove(built, 'ann');
  await correctGuest(website.deps, { guestId: (await guest('ben')).id, email: address('bob'), name: '' }, THE_SYSTEM);
  await add(built, 'dora');
  const { id: buyerId, email } = await buildUser('student');
  await changeOrder(website.deps, { orderId: order.id, buyerId }, THE_SYSTEM);
  await reopen(built);
  expect(await working(built)).toEqual([address('bob'), address('cleo'), address('dora'), email].sort());
  expect(await working(built)).not.toContain(buyer.email);
  // Whoever reads at the former address has no link that works.
  expect((await pass('bob')).token).not.toBe(link);
  expect((await website.audited()).filter((action) => action === 'passes_matched')).toHaveLength(1);
});

it('so it is with one that was missed and is moved', async () => {
  const built = await build('ann');
  const { classDate, address, buyer } = built;
  await classDate.update({ state: 'missed', closedAt: new Date() });
  await remove(built, 'ann');
  await add(built, 'ben');
  await rescheduleClass(website.deps, { classDateId: classDate.id, localStart: inDays(2) }, THE_SYSTEM);
  expect((await classDate.reload()).state).toBe('scheduled');
  expect(await working(built)).toEqual([address('ben'), buyer.email].sort());
});

it('one that is moved after its order was cancelled and its buyer disabled brings the order back, and lets the buyer not in', async () => {
  const built = await build('ann');
  const { order, classDate, address, buyer } = built;
  await classDate.update({ state: 'missed', closedAt: new Date() });
  await order.update({ cancelledAt: new Date() });
  await buyer.update({ disabledAt: new Date() });
  await rescheduleClass(website.deps, { classDateId: classDate.id, localStart: inDays(2) }, THE_SYSTEM);
  expect((await order.reload()).cancelledAt).toBeNull();
  expect(await working(built)).toEqual([address('ann')]);
});

it('one that was held and takes place once more is judged by what comes, and not by what was', async () => {
  const { classDate } = await buildAttendedClass(website.deps, [
    ['teacher', 0, 60],
    ['student', 0, 60],
  ]);
  await settleClass(website.deps, { classDateId: classDate.id, now: new Date() });
  expect((await classDate.reload()).outcome).toBe('held');
  await rescheduleClass(website.deps, { classDateId: classDate.id, localStart: inDays(1) }, THE_SYSTEM);
  await classDate.reload();
  const later = addMinutes(classDate.startsAt, 400);
  expect((await findRuns(classDate, null)).runs).toEqual([]);
  const { outcome } = concludeAttendance((await readAttendance(classDate, later)).facts);
  expect(outcome).toBe('nobody_came');
  await classDate.update({ state: 'ready' });
  await closeClass(website.deps, { classDateId: classDate.id, now: later });
  expect((await classDate.reload()).endedAt?.getTime()).toBe(addMinutes(classDate.startsAt, 60).getTime());
});

it('a guest who was removed and added again meanwhile gets in, by a new link; one whose pass was withdrawn does not', async () => {
  const built = await build('ann', 'ben');
  const { address, buyer, pass } = built;
  const former = await pass('ann');
  await remove(built, 'ann');
  await revokePass(website.deps, (await pass('ben')).id, THE_SYSTEM);
  await cancel(built);
  await add(built, 'ann');
  await reopen(built);
  expect(await working(built)).toEqual([address('ann'), buyer.email].sort());
  expect((await pass('ann')).token).not.toBe(former.token);
});

it('where nobody came or went, all links stay as they are', async () => {
  const built = await build('ann');
  const { address, buyer, pass } = built;
  const before = (await pass('ann')).toJSON();
  await cancel(built);
  await reopen(built);
  expect((await pass('ann')).toJSON()).toEqual(before);
  expect(await working(built)).toEqual([address('ann'), buyer.email].sort());
});

it('a pass that was withdrawn, and given back since, is no withdrawn one', async () => {
  const built = await build('ann');
  const { address, buyer, pass } = built;
  await revokePass(website.deps, (await pass('ann')).id, THE_SYSTEM);
  await remove(built, 'ann');
  await add(built, 'ann');
  // Left out when it took place after all, and a guest again when it does so once more.
  await cancel(built);
  await remove(built, 'ann');
  await reopen(built);
  expect(await working(built)).toEqual([buyer.email]);
  await cancel(built);
  await add(built, 'ann');
  await reopen(built);
  expect(await working(built)).toEqual([address('ann'), buyer.email].sort());
});
