import { makeMeeting } from '../../../src/commands/makeMeeting';
import { rescheduleClass } from '../../../src/commands/rescheduleClass';
import { updateMeeting } from '../../../src/commands/updateMeeting';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { concludeAttendance } from '../../../src/domain/attendance';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { readAttendance } from '../../../src/queries/readAttendance';
import { buildClassDate, buildOrder } from '../../factories/classes';
import { ended, HOST, joined, left, newUuid, started } from '../../support/meetingEvents';
import { startToldScene, type ToldScene } from '../../support/toldClass';
import { tellOf } from '../../support/toldRoom';

let scene: ToldScene;

beforeAll(async () => {
  scene = await startToldScene();
});

afterAll(() => scene.close());

const NOW = new Date(Math.floor(Date.now() / 60_000) * 60_000);
const inMinutes = (minutes: number) => addMinutes(NOW, minutes);
const iso = (minutes: number) => inMinutes(minutes).toISOString();
const DAY = 24 * 60;

/** A class that starts in so many minutes, half an hour before which its room was made. */
async function buildWithRoom(minutes: number, fields: Partial<ClassDate> = {}) {
  const order = await buildOrder({ teacherId: scene.teacherId });
  const classDate = await buildClassDate({ order, startsAt: inMinutes(minutes), state: 'scheduled' });
  await makeMeeting(scene.deps, { classDateId: classDate.id, now: inMinutes(Math.min(minutes - 30, 0)) });
  await classDate.reload();
  await classDate.update(fields);
  const meeting = await ZoomMeeting.findOne({ where: { classDateId: classDate.id }, rejectOnEmpty: true });
  return { classDate, meeting };
}

async function moveTo(minutes: number, { id: classDateId }: ClassDate): Promise<void> {
  const edit = { classDateId, localStart: iso(minutes).slice(0, 16), timeZone: 'UTC', force: true };
  await rescheduleClass(scene.deps, edit, THE_SYSTEM);
  await updateMeeting(scene.deps, { classDateId, now: inMinutes(1) });
}

async function howItStands(classDate: ClassDate) {
  const { state, liveAt, endedAt } = await classDate.reload();
  return { state, liveAt, endedAt };
}

const STILL_TO_COME = { state: 'scheduled', liveAt: null, endedAt: null };

describe('a room that is kept through a move to tomorrow', () => {
  it('does not open the class when its teacher starts it today, and today counts for nothing tomorrow', async () => {
    const { classDate, meeting } = await buildWithRoom(15);
    await moveTo(DAY, classDate);
    const { isCurrent, startTime } = await meeting.reload();
    expect([isCurrent, startTime]).toEqual([true, inMinutes(DAY)]);
    const uuid = newUuid();
    await tellOf(scene.deps, started(meeting, uuid, iso(14)));
    expect(await howItStands(classDate)).toEqual(STILL_TO_COME);
    const who = { user_id: '1', user_name: 'Tamara', id: scene.hostZoomId, join_time: iso(14) };
    await tellOf(scene.deps, joined(meeting, uuid, who));
    await tellOf(scene.deps, ended(meeting, uuid, iso(17), iso(14)));
    expect(await howItStands(classDate)).toEqual(STILL_TO_COME);
    const { facts } = await readAttendance(classDate, inMinutes(DAY + 100));
    expect(concludeAttendance(facts)).toMatchObject({ outcome: 'nobody_came', teacher: { presentSeconds: 0 } });
  });

  it('makes the class live when it opens, if its teacher is in it by then', async () => {
    const { classDate, meeting } = await buildWithRoom(15);
    await moveTo(40, classDate);
    await tellOf(scene.deps, started(meeting, newUuid(), iso(5)));
    expect(await howItStands(classDate)).toEqual(STILL_TO_COME);
    await makeMeeting(scene.deps, { classDateId: classDate.id, now: inMinutes(11) });
    expect(await howItStands(classDate)).toEqual({ state: 'live', liveAt: inMinutes(5), endedAt: null });
  });
});

it('a class that was held in a room that was kept through a move was held, though the room is deleted in Zoom afterwards', async () => {
  const { classDate, meeting } = await buildWithRoom(15);
  await moveTo(40, classDate);
  const uuid = newUuid();
  await tellOf(scene.deps, started(meeting, uuid, iso(5)));
  await makeMeeting(scene.deps, { classDateId: classDate.id, now: inMinutes(11) });
  const who = { user_id: '1', user_name: 'Tamara', id: HOST, join_time: iso(5) };
  await tellOf(scene.deps, joined(meeting, uuid, who));
  await tellOf(scene.deps, ended(meeting, uuid, iso(95), iso(5)));
  await classDate.update({ closedAt: inMinutes(115) });
  await tellOf(scene.deps, { event: 'meeting.deleted', payload: { object: { id: meeting.meetingId, uuid } } });
  expect((await meeting.reload()).isCurrent).toBeNull();
  const { facts } = await readAttendance(await classDate.reload(), inMinutes(210));
  // From the opening, half an hour before the start.
  expect(concludeAttendance(facts).teacher.presentSeconds).toBe(85 * 60);
});

describe('a live class that is moved all the same', () => {
  const isLive = { state: 'live' as const, liveAt: inMinutes(-10) };

  it('to tomorrow has still to come, in another room, and whoever is in this one is not in it', async () => {
    const { classDate, meeting } = await buildWithRoom(-10, isLive);
    const uuid = newUuid();
    await tellOf(scene.deps, started(meeting, uuid, iso(-10)));
    await moveTo(DAY, classDate);
    expect(await howItStands(classDate)).toEqual(STILL_TO_COME);
    expect((await meeting.reload()).isCurrent).toBeNull();
    await tellOf(scene.deps, ended(meeting, uuid, iso(20), iso(-10)));
    expect(await howItStands(classDate)).toEqual(STILL_TO_COME);
  });

  it('by a little goes on, and ends when its room does', async () => {
    const { classDate, meeting } = await buildWithRoom(-10, isLive);
    const uuid = newUuid();
    await tellOf(scene.deps, started(meeting, uuid, iso(-12)));
    await moveTo(20, classDate);
    expect((await howItStands(classDate)).state).toBe('live');
    await tellOf(scene.deps, ended(meeting, uuid, iso(70), iso(-12)));
    expect(await howItStands(classDate)).toMatchObject({ state: 'ended', endedAt: inMinutes(70) });
  });
});

it('the room of a class that was settled says nothing new of it on another day', async () => {
  const { classDate, meeting } = await buildWithRoom(10);
  const settledAt = inMinutes(-1);
  const startsAt = inMinutes(-DAY);
  await classDate.update({ state: 'settled', startsAt, closedAt: settledAt, settledAt, outcome: 'students_absent' });
  await meeting.update({ startTime: startsAt });
  const uuid = newUuid();
  const who = { user_id: '1', user_name: 'Tamara', id: scene.hostZoomId, join_time: iso(0) };
  for (const told of [started(meeting, uuid, iso(0)), joined(meeting, uuid, who)]) await tellOf(scene.deps, told);
  await tellOf(scene.deps, left(meeting, uuid, { ...who, leave_time: iso(59) }));
  await tellOf(scene.deps, ended(meeting, uuid, iso(60), iso(0)));
  expect((await classDate.reload()).evidenceAt).toBeNull();
  const { facts, strangers } = await readAttendance(classDate, NOW);
  expect(concludeAttendance(facts)).toMatchObject({ outcome: 'nobody_came', teacher: { firstJoinAt: null } });
  expect(strangers).toEqual([]);
});
