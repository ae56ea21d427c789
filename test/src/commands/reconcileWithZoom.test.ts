import { makeMeeting } from '../../../src/commands/makeMeeting';
import { makePersonalLinks } from '../../../src/commands/makePersonalLinks';
import type { Deps } from '../../../src/deps';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { ZoomConnection } from '../../../src/models/ZoomConnection';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { ZoomMeetingInstance } from '../../../src/models/ZoomMeetingInstance';
import { ZoomParticipant } from '../../../src/models/ZoomParticipant';
import { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import { ZoomDailyLimit, ZoomNotFound, ZoomRateLimited, ZoomUnreachable } from '../../../src/zoom/errors';
import { MINUTE_MS, minutesOf, startHeldClasses, type HeldClasses, type HeldRoom } from '../../support/heldClasses';
import { LICENSED_HOST } from '../../support/teachers';
import { BASIL } from '../../support/zoomConsent';
import type { ZoomSite } from '../../support/zoomSite';

let scene: HeldClasses;
let site: ZoomSite;
let deps: Deps;

beforeAll(async () => {
  scene = await startHeldClasses();
  ({ site, deps } = scene);
});

beforeEach(() => scene.behave());

afterAll(() => scene.close());

const pass = (minutes: number) => scene.pass(minutes);
const hear = (...kinds: readonly string[]) => scene.hear(...kinds);
const buildRoom: HeldClasses['buildRoom'] = (...how) => scene.buildRoom(...how);
const hold: HeldClasses['hold'] = (...how) => scene.hold(...how);
const settle: HeldClasses['settle'] = (...how) => scene.settle(...how);

it('knows from Zoom alone who was there, once Zoom has worked the meeting through', async () => {
  const room = await buildRoom();
  site.zoom.control.setBehaviour({ processingDelayMs: 24 * 60 * MINUTE_MS });
  hold(room);
  const waiting = await settle(room);
  expect(waiting.state).toBe('ended');
  expect(waiting.nextAttemptAt).toEqual(addMinutes(room.classDate.closedAt ?? new Date(), 95));
  expect(await minutesOf(room)).toEqual([]);

  site.zoom.control.setBehaviour({ processingDelayMs: 0 });
  expect(await settle(room)).toMatchObject({ state: 'settled', outcome: 'held', nextAttemptAt: null });
  expect(await minutesOf(room)).toEqual([
    [30, ''],
    [20, ''],
  ]);
});

it('knows from Zoom alone since when and until when it was held, and ends no later than that', async () => {
  const room = await buildRoom();
  const { classDate } = room;
  hold(room);
  // No word came, so it was closed as if it had been to its planned end.
  await classDate.update({ endedAt: addMinutes(classDate.startsAt, 60) });
  const { liveAt, endedAt } = await settle(room);
  const [run] = await ZoomMeetingInstance.findAll({ order: [['id', 'DESC']], limit: 1 });
  expect([liveAt, endedAt]).toEqual([run?.startedAt, run?.endedAt]);
  expect(endedAt?.getTime()).toBe(addMinutes(liveAt ?? new Date(0), 30).getTime());
});

describe('a list whose rows come one after the other', () => {
  const HOUR = 60;

  /** When Zoom is asked again, in minutes after the class has closed. */
  const againAfter = ({ classDate: { nextAttemptAt, closedAt } }: HeldRoom) =>
    nextAttemptAt && (nextAttemptAt.getTime() - (closedAt?.getTime() ?? 0)) / MINUTE_MS;

  beforeEach(() => site.zoom.control.setBehaviour({ processingDelayMs: 0, rowDelayMs: HOUR * MINUTE_MS }));

  it('is read again an hour later where it names but one person, and the class is settled before by what there is', async () => {
    const room = await buildRoom();
    hold(room);
    expect(await settle(room)).toMatchObject({ state: 'settled', outcome: 'students_absent' });
    expect(againAfter(room)).toBe(150);
    expect(await minutesOf(room)).toEqual([
      [30, 'no_list'],
      [0, 'no_list'],
    ]);
    pass(HOUR);
    expect(await settle(room, deps, 150)).toMatchObject({ state: 'settled', outcome: 'held', nextAttemptAt: null });
    expect((await minutesOf(room)).slice(2)).toEqual([
      [30, ''],
      [20, ''],
    ]);
  });

  it('is read again until it names everybody of whom Zoom told as they came', async () => {
    const room = await buildRoom();
    hold(room);
    await hear('meeting.started', 'meeting.participant_joined');
    pass(HOUR);
    expect([(await settle(room)).state, againAfter(room)]).toEqual(['settled', 150]);
    pass(HOUR);
    expect((await settle(room, deps, 150)).nextAttemptAt).toBeNull();
    const phone = await ZoomParticipant.findOne({ where: { userName: 'iPhone' }, order: [['id', 'DESC']] });
    expect([phone?.source, phone?.leaveTime === null]).toEqual(['both', false]);
  });

  it('is whole six hours after the end, whomever it lacks', async () => {
    const room = await buildRoom();
    site.zoom.control.setBehaviour({ rowDelayMs: 24 * HOUR * MINUTE_MS });
    hold(room);
    await hear('meeting.started', 'meeting.participant_joined');
    for (const minutes of [90, 150, 210, 270]) {
      expect((await settle(room, deps, minutes)).state).toBe('settled');
      expect(againAfter(room)).toBe(minutes + HOUR);
    }
    expect((await settle(room, deps, 330)).nextAttemptAt).toBeNull();
    const doubts = (await minutesOf(room)).map(([, doubt]) => doubt);
    expect(doubts).toEqual(['no_list', 'end_unknown no_list', '', 'end_unknown']);
  });
});

describe('a list of several pages', () => {
  beforeEach(() => site.zoom.control.setBehaviour({ largestPage: 2 }));

  it('is read to its end', async () => {
    const room = await buildRoom();
    hold(room);
    await settle(room);
    const last = await ZoomParticipant.findOne({ order: [['id', 'DESC']], rejectOnEmpty: true });
    expect(last.userName).toBe('iPhone');
    expect(await minutesOf(room)).toEqual([
      [30, ''],
      [20, ''],
    ]);
  });

  it('is read anew where its second page cannot be had in time', async () => {
    const room = await buildRoom();
    hold(room);
    site.zoom.control.setBehaviour({ pageTokenLifeMs: 0 });
    const { state, nextAttemptAt } = await settle(room);
    expect([state, nextAttemptAt]).toEqual(['ended', addMinutes(room.classDate.closedAt ?? new Date(), 95)]);
    site.zoom.control.setBehaviour({ pageTokenLifeMs: 60_000 });
    expect(await settle(room, deps, 95)).toMatchObject({ state: 'settled', outcome: 'held' });
  });
});

it('settles without Zoom’s list in the end, and says so', async () => {
  const room = await buildRoom();
  site.zoom.control.setBehaviour({ processingDelayMs: 24 * 60 * MINUTE_MS });
  hold(room);
  await room.classDate.update({ state: 'ended', closedAt: addMinutes(room.classDate.startsAt, -6 * 60) });
  await settle(room);
  expect(room.classDate.state).toBe('settled');
  expect((await minutesOf(room)).map(([, doubts]) => doubts)).toEqual(['no_list', 'no_list']);
});

it('does not wait for a list that a Basic account never gets', async () => {
  const room = await buildRoom(BASIL);
  hold(room, 'plain');
  expect((await settle(room)).state).toBe('settled');
  expect((await minutesOf(room)).map(([, doubts]) => doubts)).toEqual(['no_list', 'no_list']);
});

/** The host is alone in the room for twenty minutes: Zoom makes no list of that. */
async function buildAlone() {
  const room = await buildRoom();
  site.zoom.control.hostStart(room.meetingId);
  pass(20);
  site.zoom.control.end(room.meetingId);
  return room;
}

const ALONE = [
  [20, ''],
  [0, ''],
];

it('knows that the teacher was alone where one person was told of, and a run has a list without rows', async () => {
  const room = await buildAlone();
  await hear('meeting.started', 'meeting.participant_joined', 'meeting.participant_left');
  expect(await settle(room)).toMatchObject({ state: 'settled', outcome: 'students_absent' });
  expect(await minutesOf(room)).toEqual(ALONE);
});

it('knows when the teacher who was alone came, and went, where either was never told', async () => {
  for (const told of ['meeting.participant_joined', 'meeting.participant_left']) {
    const room = await buildAlone();
    await hear('meeting.started', 'meeting.ended', told);
    expect(await settle(room)).toMatchObject({ state: 'settled', outcome: 'students_absent' });
    expect(await minutesOf(room)).toEqual(ALONE);
  }
});

it('takes a teacher who came twice, and nobody else, for alone: Zoom makes no list of that either', async () => {
  const room = await buildRoom();
  const { control } = site.zoom;
  const { uuid, userId } = control.hostStart(room.meetingId);
  pass(10);
  control.join(room.meetingId, { secondDeviceOf: userId });
  control.leave(room.meetingId, userId);
  pass(10);
  control.end(room.meetingId);
  pass(2);
  await hear('meeting.started', 'meeting.participant_joined', 'meeting.participant_left', 'meeting.ended');
  const { id: instanceId } = await ZoomMeetingInstance.findOne({ where: { uuid }, rejectOnEmpty: true });
  expect(await ZoomParticipant.count({ where: { role: 'host', instanceId } })).toBe(2);
  expect(await settle(room)).toMatchObject({ state: 'settled', outcome: 'students_absent', nextAttemptAt: null });
  expect(await minutesOf(room)).toEqual(ALONE);
});

it('who left in the second they came was not there, though no message told it', async () => {
  const room = await buildRoom();
  const { control } = site.zoom;
  control.hostStart(room.meetingId);
  const student = control.join(room.meetingId, { as: 'registrant', email: room.email });
  control.leave(room.meetingId, student);
  pass(20);
  control.end(room.meetingId);
  pass(2);
  expect(await settle(room)).toMatchObject({ state: 'settled', outcome: 'students_absent' });
  expect(await minutesOf(room)).toEqual(ALONE);
});

it('a list that was read stays read, though Zoom has it no more when something is told long after', async () => {
  const room = await buildRoom();
  hold(room);
  expect((await settle(room)).state).toBe('settled');
  const pastParticipants = () => Promise.reject(new ZoomNotFound('It is too old.'));
  const asking = { ...deps, zoom: { ...deps.zoom, pastParticipants } };
  await settle(room, asking, 40_000);
  expect(await minutesOf(room)).toEqual([
    [30, ''],
    [20, ''],
  ]);
});

it('waits for rows where nobody was told of, for they may all be late, and takes the teacher for alone after six hours', async () => {
  const room = await buildAlone();
  expect(await settle(room)).toMatchObject({ state: 'ended', nextAttemptAt: expect.any(Date) as Date });
  expect(await settle(room, deps, 6 * 60)).toMatchObject({ state: 'settled', outcome: 'students_absent' });
  expect(await minutesOf(room)).toEqual(ALONE);
});

/** Zoom knows of the run before the last one only when it is asked for it by its uuid. */
const hearThatItStarted = () => hear('meeting.started');

it('saves what the list of one run tells though that of another cannot be had, and asks for that again', async () => {
  const room = await buildRoom();
  hold(room);
  await hearThatItStarted();
  pass(5);
  hold(room);
  const { id: zoomMeetingId } = await ZoomMeeting.findOne({
    where: { classDateId: room.classDate.id },
    rejectOnEmpty: true,
  });
  const [first] = await ZoomMeetingInstance.findAll({ where: { zoomMeetingId } });
  const pastParticipants: typeof deps.zoom.pastParticipants = (teacherId, uuid) =>
    uuid === first?.uuid
      ? Promise.reject(new ZoomUnreachable('no answer'))
      : deps.zoom.pastParticipants(teacherId, uuid);
  const asking = { ...deps, zoom: { ...deps.zoom, pastParticipants } };
  const { state, nextAttemptAt } = await settle(room, asking);
  expect([state, nextAttemptAt === null]).toEqual(['ended', false]);
  const runs = await ZoomMeetingInstance.findAll({ where: { zoomMeetingId }, order: ['id'] });
  const stays = await Promise.all(runs.map(({ id: instanceId }) => ZoomParticipant.count({ where: { instanceId } })));
  expect(stays).toEqual([0, 3]);
  await settle(room);
  expect(await minutesOf(room)).toEqual([
    [60, ''],
    [40, ''],
  ]);
});

it('neither counts another use of the room, a day later, nor waits for the list of it', async () => {
  const room = await buildRoom();
  hold(room);
  await hearThatItStarted();
  pass(24 * 60);
  site.zoom.control.setBehaviour({ processingDelayMs: 24 * 60 * MINUTE_MS });
  hold(room);
  expect((await settle(room)).state).toBe('settled');
  expect(await minutesOf(room)).toEqual([
    [30, ''],
    [20, ''],
  ]);
});

it('asks for each run that it has ever heard of', async () => {
  const room = await buildRoom();
  hold(room);
  await hearThatItStarted();
  pass(5);
  hold(room);
  await settle(room);
  expect(await minutesOf(room)).toEqual([
    [60, ''],
    [40, ''],
  ]);
});

it('knows from the list of a former meeting who was there, though they have other links now', async () => {
  const room = await buildRoom();
  hold(room);
  const { id: classDateId } = room.classDate;
  await ZoomMeeting.update({ state: 'gone', isCurrent: null }, { where: { classDateId } });
  await room.classDate.update({ state: 'preparing' });
  const input = { classDateId, now: new Date(site.zoom.control.now()) };
  await makeMeeting(deps, input);
  const before = await ZoomSecureToken.findOne({ where: { classDateId }, rejectOnEmpty: true });
  await makePersonalLinks(deps, input);
  expect((await before.reload()).formerRegistrants).not.toBe(before.registrantId);
  expect(await settle(room)).toMatchObject({ state: 'settled', outcome: 'held' });
  expect(await minutesOf(room)).toEqual([
    [30, ''],
    [20, ''],
  ]);
});

it('counts nothing twice when it is settled again', async () => {
  const room = await buildRoom();
  hold(room);
  await settle(room);
  const stays = await ZoomParticipant.count();
  await settle(room);
  expect(await ZoomParticipant.count()).toBe(stays);
  expect(await minutesOf(room)).toHaveLength(2);
});

describe('a class that went to a teacher of another Zoom account, where the former one’s Zoom takes no more calls', () => {
  const FORMER = LICENSED_HOST;
  const PRESENT = 'grace.hopper@teachers.example';

  afterEach(() => ZoomConnection.update({ pausedUntil: null }, { where: {} }));

  async function giveTo(room: HeldRoom, host: string): Promise<HeldRoom> {
    const { classDate } = room;
    const { id: classDateId } = classDate;
    await ZoomMeeting.update({ state: 'gone', isCurrent: null }, { where: { classDateId } });
    await classDate.update({ state: 'preparing', teacherId: await scene.teacherOf(host) });
    const input = { classDateId, now: new Date(site.zoom.control.now()) };
    await makeMeeting(deps, input);
    await makePersonalLinks(deps, input);
    const where = { classDateId, isCurrent: true };
    const { meetingId } = await ZoomMeeting.findOne({ where, rejectOnEmpty: true });
    return { ...room, classDate: await classDate.reload(), meetingId: meetingId ?? '' };
  }

  /** Zoom takes no call for the former teacher. */
  function limited(error: ZoomDailyLimit | ZoomRateLimited): Deps {
    const pastMeeting: typeof deps.zoom.pastMeeting = (teacherId, id) =>
      teacherId === scene.teachers[FORMER] ? Promise.reject(error) : deps.zoom.pastMeeting(teacherId, id);
    return { ...deps, zoom: { ...deps.zoom, pastMeeting } };
  }

  const isPaused = async (host: string) =>
    (await ZoomConnection.count({ where: { userId: scene.teachers[host], pausedUntil: null } })) === 0;

  const isRead = async ({ id: classDateId }: ClassDate, host: string) => {
    const { reconciledAt } = await ZoomMeeting.findOne({
      where: { classDateId, teacherId: scene.teachers[host] },
      rejectOnEmpty: true,
    });
    return reconciledAt !== null;
  };

  it.each([
    ['today', new ZoomDailyLimit(addMinutes(new Date(), 300), 'account')],
    ['now', new ZoomRateLimited(addMinutes(new Date(), 1))],
  ])('%s: that pauses the former one alone, and the present one’s list is read', async (_when, error) => {
    const former = await buildRoom(FORMER);
    hold(former);
    const room = await giveTo(former, PRESENT);
    hold(room);
    const { state, nextAttemptAt } = await settle(room, limited(error));
    expect([state, nextAttemptAt === null]).toEqual(['ended', false]);
    expect([await isPaused(FORMER), await isPaused(PRESENT)]).toEqual([true, false]);
    expect([await isRead(room.classDate, FORMER), await isRead(room.classDate, PRESENT)]).toEqual([false, true]);
    expect(await settle(room)).toMatchObject({ state: 'settled', outcome: 'held' });
    expect(await isRead(room.classDate, FORMER)).toBe(true);
  });

  it('is asked once, however many rooms the former one had', async () => {
    const former = await buildRoom(FORMER);
    const room = await giveTo(await giveTo(former, FORMER), PRESENT);
    hold(room);
    const asking = limited(new ZoomDailyLimit(addMinutes(new Date(), 300), 'account'));
    const asked = jest.spyOn(asking.zoom, 'pastMeeting');
    await settle(room, asking);
    expect(asked.mock.calls.filter(([teacherId]) => teacherId === scene.teachers[FORMER])).toHaveLength(1);
  });
});
