import { cancelClass } from '../../../src/commands/cancelClass';
import { closeClass } from '../../../src/commands/closeClass';
import { makeMeeting } from '../../../src/commands/makeMeeting';
import { reopenClass } from '../../../src/commands/reopenClass';
import { rescheduleClass } from '../../../src/commands/rescheduleClass';
import { settleClass } from '../../../src/commands/settleClass';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import type { Deps } from '../../../src/deps';
import { addMinutes } from '../../../src/domain/clock';
import { AttendanceRevision } from '../../../src/models/AttendanceRevision';
import type { ClassDate } from '../../../src/models/ClassDate';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { ZoomRateLimited } from '../../../src/zoom/errors';
import { buildClassDate, buildOrder } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { RecordingTemporal } from '../../support/recordingTemporal';
import { buildConnectedTeacher } from '../../support/teachers';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';

let site: ZoomSite;
let deps: Deps;

beforeAll(async () => {
  site = await startZoomSite();
  deps = { ...site.deps, temporal: new RecordingTemporal() };
});

afterAll(() => site.close());

const tomorrow = () =>
  addMinutes(new Date(), 24 * 60)
    .toISOString()
    .slice(0, 16);

const moveToTomorrow = ({ id: classDateId }: ClassDate) =>
  rescheduleClass(deps, { classDateId, localStart: tomorrow(), force: true }, THE_SYSTEM);

/** A class with its room, whose end and grace have just passed. */
async function buildOver(fields: Partial<ClassDate> = {}) {
  const classDate = await buildClassDate({ startsAt: addMinutes(new Date(), -76), state: 'ready', ...fields });
  return { classDate, meeting: await buildMeeting(deps.encryption, classDate) };
}

/** Somebody edits the class while Zoom makes up its answer. */
function editedMeanwhile(status: 'waiting' | 'started', edit: () => Promise<unknown>): Deps {
  const getMeeting: Deps['zoom']['getMeeting'] = async (_teacher, meetingId) => {
    await edit();
    const urls = { joinUrl: 'https://zoom.us/j/1', startUrl: 'https://zoom.us/s/1' };
    return { meetingId, ...urls, status, registration: false, startsAt: null, durationMinutes: null };
  };
  return { ...deps, zoom: { ...deps.zoom, getMeeting } };
}

describe('while Zoom is asked whether a class is over', () => {
  it.each(['waiting', 'started'] as const)('one that is moved has still to come (Zoom: %s)', async (status) => {
    const { classDate } = await buildOver();
    const asking = editedMeanwhile(status, () => moveToTomorrow(classDate));
    await closeClass(asking, { classDateId: classDate.id, now: new Date() });
    const clear = { closedAt: null, outcome: null, liveAt: null, stateReason: null, nextAttemptAt: null };
    expect(await classDate.reload()).toMatchObject({ state: 'scheduled', ...clear });
  });

  it('one that is put off is not held back by what Zoom did not answer', async () => {
    const { classDate } = await buildOver();
    const getMeeting: Deps['zoom']['getMeeting'] = async () => {
      await moveToTomorrow(classDate);
      throw new ZoomRateLimited(addMinutes(new Date(), 60));
    };
    const asking = { ...deps, zoom: { ...deps.zoom, getMeeting } };
    await closeClass(asking, { classDateId: classDate.id, now: new Date() });
    expect(await classDate.reload()).toMatchObject({ state: 'scheduled', closedAt: null, nextAttemptAt: null });
  });

  it('one that is made longer goes on', async () => {
    const { classDate } = await buildOver({ state: 'live', liveAt: addMinutes(new Date(), -70) });
    const longer = { classDateId: classDate.id, durationMinutes: 120, force: true };
    const asking = editedMeanwhile('waiting', () => rescheduleClass(deps, longer, THE_SYSTEM));
    await closeClass(asking, { classDateId: classDate.id, now: new Date() });
    expect(await classDate.reload()).toMatchObject({ state: 'live', closedAt: null });
  });

  it('one that is cancelled stays cancelled', async () => {
    const { classDate } = await buildOver({ state: 'live', liveAt: addMinutes(new Date(), -70) });
    const cancel = { classDateId: classDate.id, force: true };
    const asking = editedMeanwhile('waiting', () => cancelClass(deps, cancel, THE_SYSTEM));
    await closeClass(asking, { classDateId: classDate.id, now: new Date() });
    expect(await classDate.reload()).toMatchObject({ state: 'cancelled', outcome: 'cancelled', closedAt: null });
  });
});

it.each([true, false])(
  'a class that is reopened while Zoom makes its list is not settled (finished: %s)',
  async (done) => {
    const closedAt = addMinutes(new Date(), -91);
    const { classDate } = await buildOver({ state: 'ended', startsAt: addMinutes(closedAt, -75), closedAt });
    const pastMeeting: Deps['zoom']['pastMeeting'] = async () => {
      await reopenClass(deps, { classDateId: classDate.id, localStart: tomorrow() }, THE_SYSTEM);
      return { uuid: `run-of-${classDate.id}==`, startedAt: addMinutes(closedAt, -75), endedAt: closedAt };
    };
    const listed = { sessionUserId: '1', zoomUserId: null, name: 'Ann', email: null, registrantId: null };
    const stay = {
      ...listed,
      joinTime: closedAt,
      leaveTime: null,
      inWaitingRoom: false,
      leftAtOnce: false,
      seconds: 0,
    };
    const pastParticipants = () => Promise.resolve(done ? [] : [stay, { ...stay, sessionUserId: '2' }]);
    const asking = { ...deps, zoom: { ...deps.zoom, pastMeeting, pastParticipants } };
    await settleClass(asking, { classDateId: classDate.id, now: new Date() });
    const clear = { settledAt: null, outcome: null, nextAttemptAt: null };
    expect(await classDate.reload()).toMatchObject({ state: 'scheduled', ...clear });
    expect(await AttendanceRevision.count({ where: { classDateId: classDate.id } })).toBe(0);
  },
);

it('no room is made for a class that was moved to another day after it was looked at', async () => {
  const { id: teacherId } = await buildConnectedTeacher(deps, site.zoom);
  const order = await buildOrder({ teacherId });
  const classDate = await buildClassDate({ order, startsAt: addMinutes(new Date(), 20) });
  const lookedAt = new Date();
  await moveToTomorrow(classDate);
  expect(await makeMeeting(deps, { classDateId: classDate.id, now: lookedAt })).toBe('nothing to do');
  expect((await classDate.reload()).state).toBe('scheduled');
  expect(await ZoomMeeting.count({ where: { classDateId: classDate.id } })).toBe(0);
});
