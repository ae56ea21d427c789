import { bookClassDate } from '../../../../src/commands/bookClassDate';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { addMinutes } from '../../../../src/domain/clock';
import { WRITES_A_DAY } from '../../../../src/domain/hostLimits';
import type { BookOrder } from '../../../../src/models/BookOrder';
import { ClassDate } from '../../../../src/models/ClassDate';
import type { User } from '../../../../src/models/User';
import { ZoomConnection } from '../../../../src/models/ZoomConnection';
import { paths } from '../../../../src/routes/paths';
import { buildClassDate, buildOrder } from '../../../factories/classes';
import { buildUser } from '../../../factories/people';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { startWebsite, type Website } from '../../../support/website';

const NOW = new Date('2027-01-15T12:00:00Z');
const START = new Date('2027-02-01T10:00:00Z');

let website: Website;
let browser: Browser;
let teacher: User;
let order: BookOrder;

beforeAll(async () => {
  website = await startWebsite({}, { clock: { now: () => NOW } });
  ({ browser } = await signedInBrowser(website, 'admin'));
});

afterAll(() => website.close());

beforeEach(async () => {
  teacher = await buildUser('teacher');
  order = await buildOrder({ teacherId: teacher.id, title: 'Algebra' });
  await ZoomConnection.create({ userId: teacher.id, state: 'connected', licensed: true, version: 1 });
});

/** Minutes from START, of a class that is there already. */
const isThere = (from: number, durationMinutes = 60, of = order) =>
  buildClassDate({ order: of, startsAt: addMinutes(START, from), durationMinutes });

async function notesOf(localStart: string, durationMinutes = 60): Promise<string> {
  const booking = { orderId: order.id, localStart, timeZone: 'UTC', durationMinutes };
  return (await bookClassDate(website.deps, booking, THE_SYSTEM)).notes.join(' ');
}

it('booking says that the teacher has another class at that time, whoever buys it', async () => {
  const other = await buildOrder({ teacherId: teacher.id, title: 'Chess' });
  await isThere(30, 60, other);
  const notes = await notesOf('2027-02-01T10:00');
  expect(notes).toContain('It overlaps with “Chess” of the same teacher (Feb 1, 2027 10:30 AM (UTC), 60 minutes)');
});

it('booking names a few clashes only', async () => {
  for (const from of [0, 10, 20, 30, 40]) await isThere(from);
  const notes = await notesOf('2027-02-01T10:00');
  expect(notes.match(/overlaps/g)).toHaveLength(3);
  expect(notes).toContain('So it is with 2 more of the teacher’s classes.');
});

it('booking says that no break is left', async () => {
  await isThere(60);
  expect(await notesOf('2027-02-01T10:00')).toContain('Less than 5 minutes lie between it and “Algebra”');
});

it.each([
  ['with a break', (at: Date) => ({ startsAt: addMinutes(at, 65) })],
  ['of another teacher', () => ({ teacherId: 0 })],
  ['that is cancelled', () => ({ state: 'cancelled' as const })],
  ['that has ended early', () => ({ state: 'ended' as const })],
])('a class %s stands in nobody’s way', async (_what, changed) => {
  const { teacherId, ...rest } = { teacherId: teacher.id, ...changed(START) };
  const of = teacherId === 0 ? await buildOrder() : order;
  await buildClassDate({ order: of, startsAt: START, ...rest });
  expect(await notesOf('2027-02-01T10:00')).toBe('');
});

it('a class that still runs past its end is in the way of the next', async () => {
  const running = await isThere(0, 60);
  await running.update({ startsAt: addMinutes(NOW, -90), state: 'live' });
  const next = await buildClassDate({ order, startsAt: addMinutes(NOW, -1), durationMinutes: 60 });
  expect(parse(await browser.get(paths.classDate(next.id)))('.flash').text()).toContain('It overlaps');
  await running.update({ state: 'ended' });
  expect(parse(await browser.get(paths.classDate(next.id)))('.flash')).toHaveLength(0);
});

it('the class’s page and the order’s list show it as long as it lasts', async () => {
  const [first, second] = [await isThere(0), await isThere(30)];
  const page = parse(await browser.get(paths.classDate(first.id)));
  expect(page('.flash.bad').text()).toContain('It overlaps with “Algebra”');
  expect(page('.flash.bad a').attr('href')).toBe(paths.classDate(second.id));
  const tags = async () => parse(await browser.get(paths.order(order.id)))('.tag').text();
  expect(await tags()).toBe('OverlapsBookedOverlapsBooked');

  await second.update({ startsAt: addMinutes(START, 62) });
  expect(await tags()).toBe('No breakBookedNo breakBooked');
  await second.update({ state: 'cancelled' });
  expect(await tags()).toBe('BookedCancelled');
  expect(parse(await browser.get(paths.classDate(first.id)))('.flash')).toHaveLength(0);
});

it('booking says when the teacher’s day nears what Zoom lets be made', async () => {
  const startsAt = new Date('2027-02-02T00:00:00Z');
  const { id, ...one } = (await buildClassDate({ order, startsAt, durationMinutes: 1 })).get();
  expect(id).toBeGreaterThan(0);
  const rows = Array.from({ length: WRITES_A_DAY - 22 }, (_, index) => ({
    ...one,
    randomKey: index.toString(16).padStart(32, 'f'),
  }));
  await ClassDate.bulkCreate(rows);
  // Its room opens on the day before in UTC, like those of the others.
  expect(await notesOf('2027-02-02T00:20', 1)).toBe('');
  expect(await notesOf('2027-02-02T00:29', 1)).toContain('The teacher has 81 classes on 2027-02-01 (UTC).');
  expect(await notesOf('2027-02-02T00:40', 1)).toBe('');
});

it('booking says when more are to come than every Zoom plan lets in', async () => {
  const guests = Array.from({ length: 99 }, (_, index) => `guest${index}@example.test`);
  order = await buildOrder({ teacherId: teacher.id, guests });
  expect(await notesOf('2027-02-01T10:00')).toContain('101 people are to come, and not every Zoom plan');
});
