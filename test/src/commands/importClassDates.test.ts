import { Op } from 'sequelize';
import { importClassDates } from '../../../src/commands/importClassDates';
import { enableUser } from '../../../src/commands/enableUser';
import { readClassDateRows } from '../../../src/commands/readClassDateRows';
import { relayOutbox } from '../../../src/commands/relayOutbox';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import type { BookOrder } from '../../../src/models/BookOrder';
import { ClassDate } from '../../../src/models/ClassDate';
import { User } from '../../../src/models/User';
import { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import { WorkflowOutbox } from '../../../src/models/WorkflowOutbox';
import { checkAuditLog } from '../../../src/queries/checkAuditLog';
import { checkClassDateRows } from '../../../src/queries/checkClassDateRows';
import { addToOutbox } from '../../../src/temporal/outbox';
import { buildClassDate, buildOrder } from '../../factories/classes';
import { startWebsite, type Website } from '../../support/website';

const HEAD = 'order,class_date,start,time_zone,minutes';

let website: Website;
let order: BookOrder;

beforeAll(async () => {
  website = await startWebsite();
  order = await buildOrder({ guests: ['mum@guests.test', 'dad@guests.test'] });
  await order.update({ customer: 'shop', externalId: 'A-1' });
});

afterAll(() => website.close());

const read = (...lines: string[]) => readClassDateRows([HEAD, ...lines].join('\n'), new Date());
const line = (id: string, start = '2030-01-15T10:00') => `${order.id},${id},${start},Europe/Berlin,60`;
const book = (rows: ReturnType<typeof read>['rows'], options = {}) =>
  importClassDates(website.deps, rows, THE_SYSTEM, options);

it('books what is good, each once, with everybody’s passes and the word to its workflow', async () => {
  const { rows, problems } = read(line('a'), `shop:A-1,b,2030-03-31 02:30,Europe/Berlin,45`);
  expect(problems).toEqual([]);
  expect(await book(rows)).toEqual({ booked: 2, there: 0, problems: [], left: 0 });
  const classDates = await ClassDate.findAll({ order: ['externalId'] });
  expect(classDates.map(({ externalId, localStart }) => [externalId, localStart])).toEqual([
    ['a', '2030-01-15T10:00'],
    ['b', '2030-03-31T03:30'],
  ]);
  for (const { id: classDateId } of classDates) {
    expect(await ZoomSecureToken.count({ where: { classDateId } })).toBe(3);
    expect(await WorkflowOutbox.count({ where: { classDateId } })).toBe(1);
  }
  expect(await website.audited()).toEqual(Array.from({ length: 2 }, () => ['class_booked', 'token_generated']).flat());
  expect((await checkAuditLog(website.deps)).broken).toBeNull();
  expect(await book(rows)).toEqual({ booked: 0, there: 2, problems: [], left: 0 });
});

it('has the relay tell whoever waited before the import first', async () => {
  const waiting = await buildClassDate({ order });
  const outboxId = await addToOutbox({ classDateId: waiting.id }, 'rescheduled', null);
  await WorkflowOutbox.update({ leaseUntil: new Date(Date.now() - 60_000) }, { where: { id: outboxId } });
  const { rows } = read(...Array.from({ length: 40 }, (_one, index) => line(`behind-${index}`)));
  expect(await book(rows)).toMatchObject({ booked: 40 });
  const { hints } = website.temporal;
  hints.splice(0);
  // It ends after a batch.
  await relayOutbox(website.deps, AbortSignal.abort());
  expect(hints.length).toBeLessThan(40);
  expect(hints).toContain(`${waiting.id}: rescheduled`);
});

it('a class date that a file names by both names of its order is booked once', async () => {
  const { rows } = read(line('two'), 'shop:A-1,two,2030-01-15T10:00,Europe/Berlin,60');
  const refused = { problems: [{ line: 3, column: 'class_date' }] };
  expect(await checkClassDateRows(rows)).toMatchObject(refused);
  expect(await book(rows)).toMatchObject({ ...refused, booked: 1, there: 0 });
});

it('what was booked while it was to come is there, though it is past by now', async () => {
  const { rows, problems } = read(line('past', '2020-01-15T10:00'), line('never', '2020-01-15T10:00'));
  expect(problems).toEqual([]);
  await buildClassDate({ order, startsAt: new Date('2020-01-15T09:00:00Z') }).then((classDate) =>
    classDate.update({ externalId: 'past', localStart: '2020-01-15T10:00', timeZone: 'Europe/Berlin' }),
  );
  expect(await book(rows)).toMatchObject({ booked: 0, there: 1, problems: [{ line: 3, column: 'start' }] });
});

it('lets no buyer in who is disabled, until they are enabled again', async () => {
  const theirs = await buildOrder();
  await User.update({ disabledAt: new Date() }, { where: { id: theirs.userId } });
  const { rows } = read(`${theirs.id},out,2030-01-15T10:00,Europe/Berlin,60`, line('in'));
  expect(await book(rows)).toMatchObject({ booked: 2 });
  const [pass] = await ZoomSecureToken.findAll({ where: { userId: theirs.userId } });
  expect(pass?.revokedAt).not.toBeNull();
  expect(await ZoomSecureToken.count({ where: { userId: order.userId, revokedAt: { [Op.ne]: null } } })).toBe(0);
  await enableUser(website.deps, theirs.userId, THE_SYSTEM);
  expect((await pass?.reload())?.revokedAt).toBeNull();
});

it('two imports at once book each row once', async () => {
  const { rows } = read(...Array.from({ length: 40 }, (_one, index) => line(`twice-${index}`)));
  const both = await Promise.all([book(rows), book(rows)]);
  expect(both.map(({ booked, there }) => booked + there)).toEqual([40, 40]);
  expect(both.reduce((sum, { booked }) => sum + booked, 0)).toBe(40);
});

it('stops between two batches, and goes on from there another time', async () => {
  const { rows } = read(...Array.from({ length: 600 }, (_one, index) => line(`stop-${index}`)));
  const stopping = new AbortController();
  const first = await book(rows, { signal: stopping.signal, onBatch: () => stopping.abort() });
  expect(first).toMatchObject({ booked: 500, left: 100 });
  expect(await book(rows)).toMatchObject({ booked: 100, there: 500, left: 0 });
});

it('says of each refused row which line and column, and why', async () => {
  const cancelled = await buildOrder();
  await cancelled.update({ cancelledAt: new Date() });
  const { rows, problems } = read(
    line('a', '2030-01-15T11:00'),
    line('', '2030-01-15T10:00'),
    `x y,c,2030-01-15T10:00,Europe/Berlin,60`,
    `${order.id},d,tomorrow,Mars/Olympus,0`,
    line('e'),
    line('e'),
    `${line('f')},more`,
    '999999,g,2030-01-15T10:00,UTC,60',
    `${cancelled.id},h,2030-01-15T10:00,UTC,60`,
    '"a cell, with ""quotes"" and',
    'a line break",i,2030-01-15T10:00,UTC,60',
    '',
    line('j', '2020-01-15T10:00'),
  );
  const checked = await checkClassDateRows(rows);
  const all = [...problems, ...checked.problems].map((problem) => `${problem.line} ${problem.column}`).sort();
  expect(all).toEqual(
    ['2 start', '3 class_date', '4 order', '5 localStart', '5 minutes', '5 time_zone', '7 class_date', '8 null']
      .concat(['9 order', '10 order', '12 order', '14 start'])
      .map((name) => name.replace('localStart', 'start'))
      .sort(),
  );
  expect(checked.toBook.map(({ row }) => row.externalId)).toEqual(['e']);
});

it.each([
  ['', 'The file is empty.'],
  ['order,start\n', 'The column class_date is missing.'],
  [`${HEAD}\n1,"a,b\n`, 'From here on this is no CSV: look for a quotation mark too many.'],
])('a file that is none is refused as a whole', (text, message) => {
  const { rows, problems } = readClassDateRows(text, new Date());
  expect(rows).toEqual([]);
  expect(problems[0]?.message).toBe(message);
});
