import { lookAtRoom } from '../../../src/commands/lookAtRoom';
import { makeMeeting } from '../../../src/commands/makeMeeting';
import { makePersonalLinks } from '../../../src/commands/makePersonalLinks';
import { rescheduleClass } from '../../../src/commands/rescheduleClass';
import { resolveAttempts } from '../../../src/commands/resolveAttempts';
import { updateMeeting } from '../../../src/commands/updateMeeting';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { classTimes } from '../../../src/domain/classTimes';
import { addMinutes } from '../../../src/domain/clock';
import { ClassDate } from '../../../src/models/ClassDate';
import type { User } from '../../../src/models/User';
import { ZoomConnection } from '../../../src/models/ZoomConnection';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import { ZoomDailyLimit } from '../../../src/zoom/errors';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { buildUser } from '../../factories/people';
import { buildConnectedTeacher, LICENSED_HOST } from '../../support/teachers';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';

/** Of the same Zoom account as the other host. */
const COLLEAGUE = 'emmy.noether@teachers.example';

let site: ZoomSite;

beforeAll(async () => {
  site = await startZoomSite();
});

afterAll(() => site.close());

afterEach(() => ZoomConnection.update({ pausedUntil: null }, { where: {} }));

async function build(email: string): Promise<ClassDate> {
  return classOf(await buildConnectedTeacher(site.deps, site.zoom, email));
}

async function classOf({ id: teacherId }: User): Promise<ClassDate> {
  return buildClassDate({ order: await buildOrder({ teacherId }), startsAt: addMinutes(new Date(), 20) });
}

const make = ({ id: classDateId }: ClassDate) => makeMeeting(site.deps, { classDateId, now: new Date() });

it('what one host may make in a day holds up no other host of the account', async () => {
  const [mine, colleagues] = [await build(LICENSED_HOST), await build(COLLEAGUE)];
  site.zoom.control.setBehaviour({ meetingWritesPerDay: 0 });
  expect(await make(mine)).toBe('waiting');
  site.zoom.control.setBehaviour({ meetingWritesPerDay: 100 });
  const pauses = (userId: number) => ZoomConnection.findOne({ where: { userId }, rejectOnEmpty: true });
  expect((await pauses(mine.teacherId)).pausedUntil?.toISOString()).toContain('T00:00:00');
  expect((await pauses(colleagues.teacherId)).pausedUntil).toBeNull();
  expect(await make(colleagues)).toBe('made');
});

it('what the account may do in a day holds up all its hosts', async () => {
  const [mine, colleagues] = [await build(LICENSED_HOST), await build(COLLEAGUE)];
  site.zoom.control.addFault({ kind: 'rateLimitDaily', operation: 'meetingCreate', times: 1 });
  expect(await make(mine)).toBe('waiting');
  expect(await make(colleagues)).toBe('nothing to do');
});

it('what an edit cannot tell Zoom today is not tried again by the next one', async () => {
  const teacher = await buildConnectedTeacher(site.deps, site.zoom, LICENSED_HOST);
  const [one, two] = [await classOf(teacher), await classOf(teacher)];
  for (const classDate of [one, two]) {
    expect(await make(classDate)).toBe('made');
    await classDate.reload();
    const localStart = addMinutes(classDate.startsAt, 5).toISOString().slice(0, 16);
    await rescheduleClass(site.deps, { classDateId: classDate.id, localStart }, THE_SYSTEM);
  }
  const update = ({ id: classDateId }: ClassDate) => updateMeeting(site.deps, { classDateId, now: new Date() });
  site.zoom.control.addFault({ kind: 'rateLimitDaily', operation: 'meetingUpdate', times: 1 });
  const before = site.zoom.control.callCount('meetingUpdate');
  await update(one);
  await update(two);
  expect(site.zoom.control.callCount('meetingUpdate')).toBe(before + 1);
  const meeting = await ZoomMeeting.findOne({ where: { classDateId: two.id }, rejectOnEmpty: true });
  const { pausedUntil } = await ZoomConnection.findOne({ where: { userId: teacher.id }, rejectOnEmpty: true });
  // By the workflow's clock, which was read a little before ours.
  const distanceMs = (pausedUntil?.getTime() ?? 0) - (meeting.nextAttemptAt?.getTime() ?? 0);
  expect([distanceMs >= 0, distanceMs < 60_000]).toEqual([true, true]);
});

it('a look at the room that has to wait for tomorrow holds up no class that closes before', async () => {
  const classDate = await build(LICENSED_HOST);
  expect(await make(classDate)).toBe('made');
  const { zoom } = site.deps;
  const getMeeting = () => Promise.reject(new ZoomDailyLimit(addMinutes(new Date(), 24 * 60), 'account'));
  const limited = { ...site.deps, zoom: { ...zoom, getMeeting } };
  await lookAtRoom(limited, { classDateId: classDate.id, now: new Date() });
  expect((await classDate.reload()).nextAttemptAt).toEqual(classTimes(classDate).closesAt);
  // Somebody else's class by now: the former teacher's limit is none of it.
  await ClassDate.update(
    { nextAttemptAt: null, teacherId: (await buildUser('teacher')).id },
    { where: { id: classDate.id } },
  );
  await lookAtRoom(limited, { classDateId: classDate.id, now: new Date() });
  expect((await classDate.reload()).nextAttemptAt).toBeNull();
});

it('an attempt of a teacher who never comes back is asked about for a day, and then no more', async () => {
  const classDate = await build(LICENSED_HOST);
  const meeting = await buildMeeting(site.deps.encryption, classDate, { state: 'unknown', meetingId: null });
  await ZoomConnection.update({ state: 'needs_reconnect' }, { where: { userId: classDate.teacherId } });
  const resolve = (now: Date) => resolveAttempts(site.deps, { classDateId: classDate.id, now });
  const now = new Date();
  await resolve(now);
  expect(await meeting.reload()).toMatchObject({ state: 'unknown', nextAttemptAt: addMinutes(now, 10) });
  await resolve(addMinutes(meeting.startTime, meeting.duration + 24 * 60 + 1));
  expect(await meeting.reload()).toMatchObject({ state: 'gone', isCurrent: null, nextAttemptAt: null });
});

it('an address that was registered too often today gets another kind of link, and holds nobody up', async () => {
  const classDate = await build(LICENSED_HOST);
  expect(await make(classDate)).toBe('made');
  const people = [await buildUser('student'), await buildUser('student')];
  for (const { id: userId, email } of people) await buildPass(site.deps.signingKeys, classDate, { userId, email });
  const { zoom } = site.deps;
  const addRegistrants: typeof zoom.addRegistrants = (teacherId, meetingId, registrants) => {
    const worn = registrants.some(({ email }) => email === people[0]?.email);
    if (worn) return Promise.reject(new ZoomDailyLimit(addMinutes(new Date(), 600), 'registrant'));
    return zoom.addRegistrants(teacherId, meetingId, registrants);
  };
  const limited = { ...site.deps, zoom: { ...zoom, addRegistrants } };
  await makePersonalLinks(limited, { classDateId: classDate.id, now: new Date() });
  const passes = await ZoomSecureToken.findAll({ where: { classDateId: classDate.id }, order: ['id'] });
  expect(passes.map(({ linkQuality }) => linkQuality)).toEqual(['invite', 'registrant']);
  expect((await classDate.reload()).nextAttemptAt).toBeNull();
  expect(await ZoomConnection.count({ where: { userId: classDate.teacherId, pausedUntil: null } })).toBe(1);
});
