import { rescheduleClass } from '../../../src/commands/rescheduleClass';
import { settleClass } from '../../../src/commands/settleClass';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import { AttendanceRevision } from '../../../src/models/AttendanceRevision';
import { BookOrder } from '../../../src/models/BookOrder';
import { presentAttendance } from '../../../src/presenters/attendance';
import { attendanceCsvRows } from '../../../src/presenters/attendanceCsv';
import { presentExternalAttendance } from '../../../src/presenters/externalAttendance';
import { findAttendancePage } from '../../../src/queries/findAttendancePage';
import { buildAttendedClass, type AttendedClass, type AttendedStay } from '../../factories/attendedClasses';
import { startWebsite, type Website } from '../../support/website';

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

const inDays = (days: number) => addMinutes(new Date(), days * 24 * 60);

const settle = ({ classDate }: AttendedClass, now = inDays(1)) =>
  settleClass(website.deps, { classDateId: classDate.id, now });

/** A class that was settled once and then moved to the day after tomorrow. */
async function buildMoved(stays: readonly AttendedStay[]): Promise<AttendedClass> {
  const attended = await buildAttendedClass(website.deps, stays);
  await settle(attended);
  const [classDateId, localStart] = [attended.classDate.id, inDays(2).toISOString().slice(0, 16)];
  await rescheduleClass(website.deps, { classDateId, localStart }, THE_SYSTEM);
  await attended.classDate.reload();
  return attended;
}

/** What programs, the table and the pages say of it. */
async function said({ classDate }: AttendedClass) {
  const page = await findAttendancePage(classDate.id, null, new Date());
  if (!page) throw new Error('There is no such class.');
  const order = await BookOrder.findByPk(classDate.orderId, { rejectOnEmpty: true });
  const { revision, outcome, people } = presentExternalAttendance(order, page, new Map());
  return {
    ...{ revision, outcome },
    minutes: people.map(({ minutesPresent }) => minutesPresent),
    states: [...new Set(attendanceCsvRows(page, 'UTC').map((cells) => cells.at(-1)))],
    settled: presentAttendance(page, null).figures.startsWith('settled'),
  };
}

const HELD: readonly AttendedStay[] = [
  ['teacher', 0, 60],
  ['student', 0, 60],
];

it('says nothing of a class that was held and takes place once more', async () => {
  const attended = await buildMoved(HELD);
  const nothing = { revision: null, outcome: null, minutes: [0, 0, 0], states: ['provisional'], settled: false };
  expect(await said(attended)).toEqual(nothing);
});

it('is settled anew, also when it went as it went before', async () => {
  const attended = await buildMoved([]);
  const closedAt = addMinutes(attended.classDate.startsAt, 75);
  await attended.classDate.update({ state: 'ended', endedAt: closedAt, closedAt });
  await settle(attended, inDays(4));
  const where = { classDateId: attended.classDate.id };
  const revisions = await AttendanceRevision.findAll({ where, order: ['revision'] });
  const asFirst = { cause: 'settled', outcome: 'nobody_came' };
  expect(revisions.map(({ cause, outcome }) => ({ cause, outcome }))).toEqual([asFirst, asFirst]);
  expect(await said(attended)).toMatchObject({ revision: 2, outcome: 'nobody_came', states: ['settled, revision 2'] });
});
