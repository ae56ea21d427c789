import { generateMeetings } from '../../../src/commands/generateMeetings';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { ClassRisk } from '../../../src/models/ClassRisk';
import { ZoomConnection } from '../../../src/models/ZoomConnection';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { buildClassDate, buildOrder } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { buildConnectedTeacher } from '../../support/teachers';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';
import { RecordingTemporal } from '../../support/recordingTemporal';

let site: ZoomSite;
let temporal: RecordingTemporal;
let teacherId: number;

beforeAll(async () => {
  site = await startZoomSite();
  teacherId = (await buildConnectedTeacher(site.deps, site.zoom)).id;
});

beforeEach(async () => {
  temporal = new RecordingTemporal();
  await site.deps.db.query('DELETE FROM zoom_meetings');
  await site.deps.db.query('DELETE FROM workflow_outbox');
  await site.deps.db.query('DELETE FROM class_dates');
});

afterAll(() => site.close());

async function classIn(minutes: number, fields: Parameters<typeof buildClassDate>[0] = {}): Promise<ClassDate> {
  const order = await buildOrder({ teacherId });
  return buildClassDate({ order, startsAt: addMinutes(new Date(), minutes), ...fields });
}

async function generate(due: Parameters<typeof generateMeetings>[1], { dryRun = false } = {}) {
  const classes = await generateMeetings({ ...site.deps, temporal }, due, { dryRun });
  return classes.map(({ classDateId, meeting }) => [classDateId, meeting]);
}

const day = () => ({ from: addMinutes(new Date(), -1440), to: addMinutes(new Date(), 1440) });

it('says of each class how it stands, and tries those that lack a meeting, whatever they wait for', async () => {
  const over = await classIn(-300, { state: 'settled' });
  const made = await classIn(5, { state: 'ready' });
  await buildMeeting(site.deps.encryption, made);
  const due = await classIn(10);
  const putOff = await classIn(12, { state: 'preparing' });
  const later = addMinutes(new Date(), 60);
  const { id } = await buildMeeting(site.deps.encryption, putOff, { state: 'failed', nextAttemptAt: later });
  const lost = await classIn(13, { state: 'preparing' });
  await buildMeeting(site.deps.encryption, lost, { state: 'unknown', nextAttemptAt: later });
  const unconnected = await classIn(14, {
    order: await buildOrder(),
    state: 'preparing',
    stateReason: 'teacher_not_connected',
  });
  const early = await classIn(600);
  const expected = [
    [over.id, 'over'],
    [made.id, 'has its meeting'],
    [due.id, 'would be made now'],
    [putOff.id, 'tried again later'],
    [lost.id, 'not known whether it was made'],
    [unconnected.id, 'waits for its teacher'],
    [early.id, 'not due yet'],
  ];
  expect(await generate(day(), { dryRun: true })).toEqual(expected);
  expect(temporal.hints).toEqual([]);
  expect((await ZoomMeeting.findByPk(id))?.nextAttemptAt).toEqual(later);

  expect(await generate(day())).toEqual(expected);
  const told = [due, putOff, lost].map((classDate) => `${classDate.id}: retry now`);
  expect([...temporal.hints].sort()).toEqual(told.sort());
  expect((await ZoomMeeting.findByPk(id))?.nextAttemptAt).toBeNull();
  expect(await generate(day(), { dryRun: true })).toContainEqual([putOff.id, 'would be made now']);
  // A meeting that may be there already is not asked for again before it has been looked for.
  expect(await generate(day(), { dryRun: true })).toContainEqual([lost.id, 'not known whether it was made']);
});

it('says what a class waits for, and what has been found wrong with it', async () => {
  const early = await classIn(600);
  await ClassRisk.create({ classDateId: early.id, kind: 'clash', since: new Date(), isOpen: true });
  const [found] = await generateMeetings({ ...site.deps, temporal }, day(), { dryRun: true });
  expect(found).toMatchObject({ classDateId: early.id, risks: ['clash'], waitingFor: 'rehearses' });
  await ClassRisk.destroy({ where: {} });
});

it('without a span looks at the classes whose room should be open', async () => {
  const later = await classIn(31);
  const soon = await classIn(29);
  const running = await classIn(-30, { state: 'live' });
  const over = await classIn(-90, { state: 'ended', closedAt: new Date() });
  expect((await generate('now', { dryRun: true })).map(([id]) => id)).toEqual([running.id, soon.id]);
  const span = { from: soon.startsAt, to: new Date(soon.startsAt.getTime() + 1) };
  expect((await generate(span, { dryRun: true })).map(([id]) => id)).toEqual([soon.id]);
  const after = await generate({ from: soon.startsAt }, { dryRun: true });
  expect(after.map(([id]) => id)).toEqual([soon.id, later.id]);
  const before = await generate({ to: soon.startsAt }, { dryRun: true });
  expect(before.map(([id]) => id)).toEqual([over.id, running.id]);
});

it('is of no use to a teacher without a connection, and says so', async () => {
  await ZoomConnection.update({ state: 'needs_reconnect' }, { where: { userId: teacherId } });
  const waiting = await classIn(5);
  expect(await generate('now')).toEqual([[waiting.id, 'waits for its teacher']]);
  expect(temporal.hints).toEqual([]);
});
