import { addMinutes } from '../../../src/domain/clock';
import type { BookOrder } from '../../../src/models/BookOrder';
import type { ClassDate } from '../../../src/models/ClassDate';
import { OrderGuest } from '../../../src/models/OrderGuest';
import { WorkflowOutbox } from '../../../src/models/WorkflowOutbox';
import { ZoomAuditLog } from '../../../src/models/ZoomAuditLog';
import { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import { buildClassDate, buildOrder } from '../../factories/classes';
import { runCommands } from '../../support/cli';
import { fingerprintOf } from '../../support/fingerprint';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';

let site: ZoomSite;
let order: BookOrder;
let classDate: ClassDate;

beforeAll(async () => {
  site = await startZoomSite();
});

beforeEach(async () => {
  order = await buildOrder();
  classDate = await buildClassDate({ order, startsAt: addMinutes(new Date(), 24 * 60) });
  await buildClassDate({ order, state: 'settled', closedAt: new Date() });
});

afterAll(() => site.close());

const run = (...commands: (readonly string[])[]) => runCommands(commands, { settings: site.settings });

const add = (...guests: string[]) => ['guests', 'add', `${order.id}`, ...guests.flatMap((one) => ['--guest', one])];

async function addOne(guest: string): Promise<OrderGuest> {
  await run(add(guest));
  return OrderGuest.findOne({ where: { orderId: order.id }, order: [['id', 'DESC']], rejectOnEmpty: true });
}

function passOf({ id: guestId }: OrderGuest): Promise<ZoomSecureToken> {
  return ZoomSecureToken.findOne({ where: { guestId, classDateId: classDate.id }, rejectOnEmpty: true });
}

const actionsOf = async () => {
  const rows = await ZoomAuditLog.findAll({ where: { entityType: 'book_order', entityId: order.id }, order: ['id'] });
  return rows.map(({ action, userId }) => [action, userId]);
};

it('adds guests, each with a link to every class that is not over, and lists them', async () => {
  const [listed, added, again, names, json] = await run(
    ['guests', 'list', `${order.id}`],
    add('Mum Berg <mum@example.org>', 'dad@example.org', 'MUM@example.org'),
    [...add('dad@example.org'), '--json'],
    ['guests', 'list', `${order.id}`],
    ['guests', 'list', `${order.id}`, '--json'],
  );
  expect(listed?.out.trim()).toBe(`Order ${order.id} has no guests.`);
  expect(added).toMatchObject({ code: 0, err: 'mum@example.org was there twice and gets one pass.\n' });
  expect(added?.out.trim()).toBe(`Guests added to order ${order.id}: 2. Class dates they get a link to: 1.`);
  const there = { orderId: order.id, added: 0, classDates: 0, notes: ['dad@example.org is a guest already.'] };
  expect(JSON.parse(again?.out ?? '')).toEqual(there);
  const guests = await OrderGuest.findAll({ where: { orderId: order.id }, order: ['id'] });
  const [mum, dad] = guests.map(({ id }) => id);
  expect(names?.out).toMatch(new RegExp(`${mum} +Mum Berg +mum@example.org`));
  expect(JSON.parse(json?.out ?? '')).toEqual([
    { id: mum, name: 'Mum Berg', email: 'mum@example.org', timeZone: null },
    { id: dad, name: null, email: 'dad@example.org', timeZone: null },
  ]);
  expect(await ZoomSecureToken.count({ where: { guestId: guests.map(({ id }) => id) } })).toBe(2);
  expect(await WorkflowOutbox.count({ where: { classDateId: classDate.id, reason: 'roster changed' } })).toBe(1);
  expect(await actionsOf()).toEqual([
    ['guest_added', null],
    ['guest_added', null],
  ]);
});

it('corrects one: what is not named stays, and another address has a link of its own', async () => {
  const guest = await addOne('Mum Berg <mum@exmaple.org>');
  const { token } = await passOf(guest);
  const correct = ['guests', 'correct', `${guest.id}`];
  const [moved, named, again] = await run(
    [...correct, '--email', 'mum@example.org'],
    [...correct, '--name', 'Mother Berg', '--json'],
    [...correct, '--name', 'Mother Berg'],
  );
  expect(moved?.out).toMatch(/^Guest \d+ is corrected\.\nThe former address's links have stopped working/);
  const changes = { guestId: guest.id, changed: true, name: true, address: false, invitations: 0 };
  expect(JSON.parse(named?.out ?? '')).toEqual(changes);
  expect(again?.out.trim()).toBe(`Guest ${guest.id} is so already; nothing has changed.`);
  expect(await guest.reload()).toMatchObject({ name: 'Mother Berg', email: 'mum@example.org' });
  expect((await passOf(guest)).token).not.toBe(token);
  const [unnamed] = await run([...correct, '--name', '']);
  expect([unnamed?.code, (await guest.reload()).name]).toEqual([0, null]);
});

it('removes one, whose links stop working at once, and who can be added again', async () => {
  const guest = await addOne('mum@example.org');
  const remove = ['guests', 'remove', `${guest.id}`];
  const [removed, again, added] = await run(remove, [...remove, '--json'], add('mum@example.org'));
  expect(removed?.out.trim()).toBe(`Guest ${guest.id} is removed, and out of so many class dates: 1.`);
  expect(JSON.parse(again?.out ?? '')).toEqual({ guestId: guest.id, changed: false, classDates: 0 });
  expect(added?.out).toContain(`Guests added to order ${order.id}: 1.`);
  expect((await passOf(guest)).revokedAt).toBeNull();
  await run(remove);
  expect((await passOf(guest)).revokedAt).not.toBeNull();
  expect((await actionsOf()).map(([action]) => action)).toEqual([
    'guest_added',
    'guest_removed',
    'guest_added',
    'guest_removed',
  ]);
});

it('says with --dry-run what it would come to, after every check, and changes nothing', async () => {
  const guest = await addOne('mum@example.org');
  const other = await addOne('dad@example.org');
  const before = await fingerprintOf(site.deps);
  const tried = await run(
    ...[
      add('aunt@example.org', 'mum@example.org'),
      ['guests', 'correct', `${guest.id}`, '--email', 'mother@example.org', '--name', 'Mum'],
      ['guests', 'correct', `${other.id}`, '--email', 'mum@example.org'],
      ['guests', 'remove', `${guest.id}`],
    ].map((args) => [...args, '--dry-run']),
  );
  expect(tried.map(({ code }) => code)).toEqual([0, 0, 64, 0]);
  expect(tried[0]).toMatchObject({
    out: `Guests that would be added to order ${order.id}: 1. Class dates they get a link to: 1.\n`,
    err: 'mum@example.org is a guest already.\n',
  });
  expect(tried[1]?.out).toMatch(/would be corrected\.\nThe former address's links would stop working/);
  expect(tried[2]?.err.trim()).toBe('Another guest has this address. Enter a different one, or remove this guest.');
  expect(tried[3]?.out.trim()).toBe(`Guest ${guest.id} would be removed, and out of so many class dates: 1.`);
  expect(await fingerprintOf(site.deps)).toBe(before);
});

it('says what is wrong, and with which option, with the exit code of its kind', async () => {
  const guest = await addOne('mum@example.org');
  const correct = ['guests', 'correct', `${guest.id}`];
  const [noAddress, email, name, nothing, noOrder, noList, noGuest] = await run(
    add('mum@example.org', 'two@a.example, three@a.example'),
    [...correct, '--email', 'mum'],
    [...correct, '--name', 'x'.repeat(121)],
    correct,
    ['guests', 'add', '999999', '--guest', 'mum@example.org'],
    ['guests', 'list', '999999'],
    ['guests', 'remove', '999999'],
  );
  expect(noAddress).toMatchObject({ code: 64, err: expect.stringContaining("option '--guest <guest>'") as string });
  expect(email).toMatchObject({ code: 64, err: expect.stringContaining("option '--email <address>'") as string });
  expect(name).toMatchObject({ code: 64, err: expect.stringContaining('at most 120 characters') as string });
  expect(nothing).toMatchObject({ code: 64, err: 'Give --email or --name, or both.\n' });
  expect(noOrder).toMatchObject({ code: 1, err: 'There is no such order.\n' });
  expect(noList).toMatchObject({ code: 1, err: 'There is no such order.\n' });
  expect(noGuest).toMatchObject({ code: 1, err: 'There is no such guest.\n' });
  await run(['guests', 'remove', `${guest.id}`]);
  const [gone] = await run([...correct, '--name', 'Mum']);
  expect(gone).toMatchObject({ code: 1, err: expect.stringContaining('This guest was removed.') as string });
});
