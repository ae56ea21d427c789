import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { buildClassDate, buildOrder } from '../../factories/classes';
import { buildUser } from '../../factories/people';
import { startDrivenClasses, type DrivenClasses } from '../../support/classDriver';
import { classEdits } from '../../support/classEdits';
import { roomsAtZoom } from '../../support/classScene';
import { openRoomsOf } from '../../support/classTruth';
import { buildConnectedTeacher, LICENSED_HOST } from '../../support/teachers';

let driven: DrivenClasses;

beforeAll(async () => {
  driven = await startDrivenClasses();
});

afterAll(() => driven.close());

afterEach(() => {
  driven.zoom.control.clearFaults();
  driven.zoom.control.setBehaviour({ listLagMs: 0 });
});

async function buildComing(minutesAhead = 29): Promise<ClassDate> {
  const { id: teacherId } = await buildConnectedTeacher(driven.deps, driven.zoom);
  const order = await buildOrder({ teacherId });
  return buildClassDate({ order, startsAt: addMinutes(driven.now(), minutesAhead) });
}

/** A create of it was carried out and not answered, and Zoom's list has hidden that until it was given up. */
async function giveUp(classDate: ClassDate): Promise<void> {
  driven.zoom.control.addFault({ kind: 'loseReply', operation: 'meetingCreate', times: 1 });
  driven.zoom.control.setBehaviour({ listLagMs: 3_600_000 });
  for (let looks = 0; looks < 6; looks += 1) {
    await driven.step(classDate.id);
    if ((await rowsOf(classDate))[0]?.lateLookAt) return;
    driven.pass(61);
    // Zoom tells the second in which a room was made.
    driven.zoom.control.advanceClock(61_000);
  }
  throw new Error('It was not given up.');
}

const rowsOf = ({ id: classDateId }: ClassDate) => ZoomMeeting.findAll({ where: { classDateId }, order: ['id'] });
const listCalls = () => driven.zoom.control.callCount('meetings');
const openIds = async (classDate: ClassDate) => (await openRoomsOf(driven.zoom, classDate)).map(({ id }) => String(id));

async function afterMinutes(classDate: ClassDate, minutes: number): Promise<void> {
  driven.pass(minutes * 60);
  await driven.settle(classDate.id);
}

/** Its attempt was given up and repeated, the repeat was answered, and Zoom's list shows both by now. */
async function buildTwins(minutesAhead?: number) {
  const classDate = await buildComing(minutesAhead);
  await giveUp(classDate);
  await driven.settle(classDate.id);
  const [hidden, answered] = (await roomsAtZoom({ stack: driven }, classDate)).map(({ id }) => String(id));
  if (!hidden || !answered) throw new Error('There are to be two.');
  expect(await rowsOf(classDate)).toMatchObject([{ state: 'created', isCurrent: true, meetingId: answered }]);
  driven.zoom.control.setBehaviour({ listLagMs: 0 });
  return { classDate, hidden, answered };
}

it('a room that was hidden until it had been made again goes some minutes later, at the cost of one list', async () => {
  const { classDate, hidden, answered } = await buildTwins();
  const { control } = driven.zoom;
  const theirs = control.schedule(LICENSED_HOST, { topic: 'A meeting of the teacher’s own', type: 2 });
  const before = listCalls();
  await afterMinutes(classDate, 4);
  expect(await openIds(classDate)).toEqual([hidden, answered]);
  control.addFault({ kind: 'status', operation: 'meetingDelete', times: 1 });
  await afterMinutes(classDate, 1);
  // Zoom has said no once: the row remembers it.
  const [current, other] = await rowsOf(classDate);
  expect(current).toMatchObject({ state: 'created', isCurrent: true, meetingId: answered });
  expect(other).toMatchObject({ state: 'deleting', isCurrent: null, attempts: 1, meetingId: hidden });
  await afterMinutes(classDate, 2);
  expect(await openIds(classDate)).toEqual([answered]);
  expect((await classDate.reload()).state).toBe('ready');
  expect(control.meeting(theirs.id).deleted).toBe(false);
  expect(listCalls() - before).toBe(1);
});

it('one that is hidden longer goes shortly before the start; then nothing is looked for any more', async () => {
  const { classDate, answered } = await buildTwins();
  driven.zoom.control.setBehaviour({ listLagMs: 3_600_000 });
  const before = listCalls();
  await afterMinutes(classDate, 5);
  expect(await openIds(classDate)).toHaveLength(2);
  driven.zoom.control.setBehaviour({ listLagMs: 0 });
  driven.pass(60 * ((addMinutes(classDate.startsAt, -5).getTime() - driven.now().getTime()) / 60_000));
  await driven.settle(classDate.id);
  expect(await openIds(classDate)).toEqual([answered]);
  expect(listCalls() - before).toBe(2);
  expect((await rowsOf(classDate)).map(({ lateLookAt }) => lateLookAt)).toEqual([null, null]);
});

it('what is found twice is kept once', async () => {
  const { classDate, answered } = await buildTwins();
  await afterMinutes(classDate, 5);
  // As if the process had died before the look was noted as done.
  await ZoomMeeting.update({ lateLookAt: driven.now() }, { where: { meetingId: answered } });
  await driven.settle(classDate.id);
  expect((await rowsOf(classDate)).map(({ state }) => state)).toEqual(['created', 'deleted']);
  expect(await openIds(classDate)).toEqual([answered]);
});

it('a look that Zoom does not answer is put off, and done', async () => {
  const { classDate, answered } = await buildTwins();
  driven.zoom.control.addFault({ kind: 'status', status: 503, operation: 'meetings' });
  await afterMinutes(classDate, 5);
  const [row] = await rowsOf(classDate);
  expect(row?.lastError).toBeNull();
  driven.zoom.control.clearFaults();
  await afterMinutes(classDate, 5);
  expect(await openIds(classDate)).toEqual([answered]);
});

describe('it goes, too, when meanwhile', () => {
  it('the class was cancelled, and its room removed', async () => {
    const { classDate, hidden } = await buildTwins();
    await classEdits(driven.deps).cancel(classDate, { notify: false });
    await driven.settle(classDate.id);
    expect(await openIds(classDate)).toEqual([hidden]);
    await afterMinutes(classDate, 5);
    expect(await openIds(classDate)).toEqual([]);
  });

  it('the class was cancelled before it was given up', async () => {
    const classDate = await buildComing();
    driven.zoom.control.addFault({ kind: 'loseReply', operation: 'meetingCreate', times: 1 });
    driven.zoom.control.setBehaviour({ listLagMs: 3_600_000 });
    await driven.step(classDate.id);
    await classEdits(driven.deps).cancel(classDate, { notify: false });
    for (let looks = 0; looks < 4; looks += 1) await afterMinutes(classDate, 1);
    expect(await rowsOf(classDate)).toMatchObject([{ state: 'deleted', isCurrent: null, meetingId: null }]);
    driven.zoom.control.setBehaviour({ listLagMs: 0 });
    await afterMinutes(classDate, 5);
    expect(await openIds(classDate)).toEqual([]);
  });

  it('another teacher gives the class', async () => {
    const { classDate, hidden } = await buildTwins();
    const substitute = await buildUser('teacher');
    await classEdits(driven.deps).give(classDate, substitute, { notify: false });
    await driven.settle(classDate.id);
    expect(await openIds(classDate)).toEqual([hidden]);
    await afterMinutes(classDate, 5);
    expect(await openIds(classDate)).toEqual([]);
  });

  it('the class is over', async () => {
    const { classDate, answered } = await buildTwins(1);
    await classDate.update({ state: 'settled', closedAt: driven.now(), settledAt: driven.now() });
    await afterMinutes(classDate, 5);
    expect(await openIds(classDate)).toEqual([answered]);
  });
});

it('one that is found before the attempt could be repeated is the class’s room', async () => {
  const classDate = await buildComing();
  await giveUp(classDate);
  driven.zoom.control.addFault({ kind: 'status', status: 400, operation: 'meetingCreate' });
  await driven.settle(classDate.id);
  const posts = driven.zoom.control.callCount('meetingCreate');
  driven.zoom.control.setBehaviour({ listLagMs: 0 });
  driven.zoom.control.clearFaults();
  await afterMinutes(classDate, 5);
  const [hidden] = await openIds(classDate);
  expect(await rowsOf(classDate)).toMatchObject([{ state: 'created', isCurrent: true, meetingId: hidden }]);
  expect((await classDate.reload()).state).toBe('ready');
  expect(driven.zoom.control.callCount('meetingCreate')).toBe(posts);
});
