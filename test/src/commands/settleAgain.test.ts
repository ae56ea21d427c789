import { settleAgain } from '../../../src/commands/settleAgain';
import { settleClass } from '../../../src/commands/settleClass';
import { inTransaction } from '../../../src/db/transaction';
import { addMinutes } from '../../../src/domain/clock';
import { AttendanceRevision } from '../../../src/models/AttendanceRevision';
import type { ClassDate } from '../../../src/models/ClassDate';
import { WorkflowOutbox } from '../../../src/models/WorkflowOutbox';
import { ZoomConnection } from '../../../src/models/ZoomConnection';
import { ZoomUnreachable } from '../../../src/zoom/errors';
import { buildClassDate, buildOrder } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { buildConnectedTeacher } from '../../support/teachers';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';

const DAY_MINUTES = 24 * 60;

let site: ZoomSite;
let teacherId: number;

beforeAll(async () => {
  site = await startZoomSite();
  ({ id: teacherId } = await buildConnectedTeacher(site.deps, site.zoom));
});

afterAll(() => site.close());

/** A class that ended some time ago, with its meeting. */
async function buildHeld(daysAgo: number, reconciledAt: Date | null = null) {
  const startsAt = addMinutes(new Date(), -daysAgo * DAY_MINUTES);
  const order = await buildOrder({ teacherId });
  const [endedAt, closedAt] = [addMinutes(startsAt, 60), addMinutes(startsAt, 75)];
  const classDate = await buildClassDate({ order, startsAt, state: 'ended', liveAt: startsAt, endedAt, closedAt });
  const meeting = await buildMeeting(site.deps.encryption, classDate, { reconciledAt });
  return { classDate, meeting };
}

const settle = (deps: ZoomSite['deps'], { id: classDateId }: ClassDate) =>
  settleClass(deps, { classDateId, now: new Date() });
const hintsOf = ({ id: classDateId }: ClassDate) =>
  WorkflowOutbox.count({ where: { classDateId, reason: 'late evidence' } });
const connected = () => inTransaction(site.deps.db, (transaction) => settleAgain(site.deps, teacherId, transaction));

it('a class that was settled while its teacher was disconnected is settled again, with Zoom’s list, once they are back', async () => {
  const { classDate } = await buildHeld(1);
  await ZoomConnection.update({ state: 'needs_reconnect' }, { where: { userId: teacherId } });
  await settle(site.deps, classDate);
  expect((await classDate.reload()).state).toBe('settled');
  await ZoomConnection.update({ state: 'connected' }, { where: { userId: teacherId } });
  await connected();
  expect(await hintsOf(classDate)).toBe(1);
  // Connecting twice says it once.
  await connected();
  expect(await hintsOf(classDate)).toBe(1);

  const { startsAt: startedAt, endedAt } = classDate;
  const run = { uuid: 'the-run-of-it==', startedAt, endedAt: endedAt ?? startedAt };
  const host = await ZoomConnection.findOne({ where: { userId: teacherId }, rejectOnEmpty: true });
  const stay = { sessionUserId: '1', zoomUserId: host.zoomUserId, name: 'Tamara', email: null, registrantId: null };
  const listed = {
    ...stay,
    joinTime: startedAt,
    leaveTime: endedAt,
    inWaitingRoom: false,
    leftAtOnce: false,
    seconds: 3_600,
  };
  const pastMeeting = () => Promise.resolve(run);
  const pastParticipants = () => Promise.resolve([listed]);
  await settle({ ...site.deps, zoom: { ...site.deps.zoom, pastMeeting, pastParticipants } }, classDate);
  const revisions = await AttendanceRevision.findAll({ where: { classDateId: classDate.id }, order: ['revision'] });
  expect(revisions.map(({ cause }) => cause)).toEqual(['settled', 'late_evidence']);
  expect((await classDate.reload()).outcome).toBe('students_absent');
});

it('a list that was read stays read when a class is settled again while its teacher is not connected', async () => {
  const { classDate, meeting } = await buildHeld(1, addMinutes(new Date(), -60));
  await ZoomConnection.update({ state: 'needs_reconnect' }, { where: { userId: teacherId } });
  await settle(site.deps, classDate);
  await ZoomConnection.update({ state: 'connected' }, { where: { userId: teacherId } });
  expect((await classDate.reload()).state).toBe('settled');
  expect((await meeting.reload()).reconciledAt).not.toBeNull();
});

it('a class that is settled again asks again where Zoom does not answer', async () => {
  const { classDate } = await buildHeld(1);
  await classDate.update({ state: 'settled', settledAt: addMinutes(new Date(), -60), evidenceAt: new Date() });
  const pastMeeting = () => Promise.reject(new ZoomUnreachable('down'));
  await settle({ ...site.deps, zoom: { ...site.deps.zoom, pastMeeting } }, classDate);
  await classDate.reload();
  expect(classDate.nextAttemptAt).not.toBeNull();
  expect(classDate.settledAt?.getTime()).toBeLessThan(classDate.evidenceAt?.getTime() ?? 0);
});

it.each([
  ['of which Zoom’s list was read', 1, new Date()],
  ['of long ago', 8, null],
])('a class %s stays as it was settled', async (_what, daysAgo, reconciledAt) => {
  const { classDate, meeting } = await buildHeld(daysAgo);
  await classDate.update({ state: 'settled', settledAt: new Date() });
  await meeting.update({ reconciledAt });
  await connected();
  expect(await hintsOf(classDate)).toBe(0);
});
