import { cancelClass } from '../../../src/commands/cancelClass';
import { lookAtOverrun } from '../../../src/commands/lookAtOverrun';
import { recordMeetingEvent } from '../../../src/commands/recordMeetingEvent';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { inTransaction } from '../../../src/db/transaction';
import { planClass } from '../../../src/domain/classPlan';
import type { ClassDate } from '../../../src/models/ClassDate';
import { ClassRisk } from '../../../src/models/ClassRisk';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { countClassesAtRisk, listClassesAtRisk } from '../../../src/queries/listClassesAtRisk';
import { readClassFacts } from '../../../src/queries/readClassFacts';
import { buildClassDate, buildOrder } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { buildUser } from '../../factories/people';
import { ago, NOW, siteOfTests, whereZoomSays } from '../../support/askedZoom';
import { newUuid } from '../../support/meetingEvents';
import { RecordingTemporal } from '../../support/recordingTemporal';

const site = siteOfTests();
const temporal = new RecordingTemporal();

const inMinutes = (minutes: number) => ago(-minutes);
type Told = Parameters<typeof recordMeetingEvent>[2];

/** It should have ended two minutes ago, and the host's next one should have begun then, or so many minutes from now. */
async function buildOverrunning(nextIn = -2) {
  const liveAt = ago(62);
  const classDate = await buildClassDate({ startsAt: liveAt, state: 'live', liveAt });
  const meeting = await buildMeeting(site.deps.encryption, classDate);
  const uuid = newUuid();
  const tell = (event: Told) =>
    inTransaction(site.deps.db, (transaction) => recordMeetingEvent(site.deps, meeting, event, transaction));
  await tell({ kind: 'run', event: 'started', uuid, startedAt: liveAt, endedAt: null });
  const order = await buildOrder({ teacherId: classDate.teacherId });
  const next = await buildClassDate({ order, startsAt: inMinutes(nextIn), state: 'ready' });
  return {
    ...{ classDate, next },
    ends: () => tell({ kind: 'run', event: 'ended', uuid, startedAt: liveAt, endedAt: NOW }),
    comesBack: () => tell({ kind: 'run', event: 'started', uuid: newUuid(), startedAt: inMinutes(1), endedAt: null }),
  };
}

function look(
  { id: classDateId }: ClassDate,
  status: 'waiting' | 'started' = 'started',
  tellMeanwhile?: () => Promise<unknown>,
) {
  const deps = { ...whereZoomSays(site.deps, status, tellMeanwhile), temporal };
  return lookAtOverrun(deps, { classDateId, now: NOW });
}

async function plan({ id }: ClassDate, now = NOW) {
  const facts = await readClassFacts(site.deps.db, id, now);
  if (!facts) throw new Error('It is there.');
  return planClass(facts, now);
}

const openRisks = ({ id: classDateId }: ClassDate) =>
  ClassRisk.count({ where: { classDateId, kind: 'overrun', isOpen: true } });
const mails = ({ id: classDateId }: ClassDate) =>
  MailDelivery.count({ where: { classDateId, kind: 'class_at_risk', state: 'queued' } });

afterEach(() => {
  temporal.hints.length = 0;
});

it('a class that Zoom says still runs is a risk of the next one, told once, until its end is told', async () => {
  const { classDate, next, ends, comesBack } = await buildOverrunning();
  expect((await plan(classDate)).steps).toEqual(['lookAtOverrun']);
  await look(classDate);
  expect([await openRisks(next), await mails(next)]).toEqual([1, 1]);
  expect(temporal.hints).toEqual([`${next.id}: class before overruns`]);
  expect(await plan(classDate)).toMatchObject({ steps: [], waitingFor: 'closes' });

  await ends();
  expect(await openRisks(next)).toBe(0);
  await comesBack();
  expect((await plan(classDate)).steps).toEqual(['lookAtOverrun']);
  await look(classDate);
  expect([await openRisks(next), await mails(next)]).toEqual([1, 1]);
  expect(temporal.hints).toHaveLength(1);
});

it('one that should have begun is at risk for admins, too, until it begins', async () => {
  const { classDate, next } = await buildOverrunning();
  const before = await countClassesAtRisk(NOW);
  await look(classDate);
  expect(await listClassesAtRisk(NOW, next.teacherId)).toMatchObject([{ classDate: { id: next.id } }]);
  expect(await countClassesAtRisk(NOW)).toBe(before + 1);
  await next.update({ state: 'live', liveAt: NOW });
  expect(await listClassesAtRisk(NOW, next.teacherId)).toEqual([]);
});

it('nobody is told of a class that does not run, though its end was not told; Zoom is asked again soon', async () => {
  const { classDate, next } = await buildOverrunning();
  await look(classDate, 'waiting');
  expect(await openRisks(next)).toBe(0);
  expect(await classDate.reload()).toMatchObject({ state: 'live', nextAttemptAt: inMinutes(2) });
  expect((await plan(classDate)).steps).toEqual([]);
});

it('nor of one whose end is told, or that is made longer, while Zoom is asked', async () => {
  const { classDate, next, ends } = await buildOverrunning();
  await look(classDate, 'started', ends);
  expect(await openRisks(next)).toBe(0);
  const longer = await buildOverrunning();
  await look(longer.classDate, 'started', () => longer.classDate.update({ durationMinutes: 90 }));
  expect(await openRisks(longer.next)).toBe(0);
});

it.each([
  ['has been cancelled', (next: ClassDate) => next.update({ state: 'cancelled' })],
  ['has been moved', (next: ClassDate) => next.update({ startsAt: inMinutes(120) })],
  ['is somebody else’s', async (next: ClassDate) => next.update({ teacherId: (await buildUser('teacher')).id })],
  ['has begun', (next: ClassDate) => next.update({ state: 'live', liveAt: NOW })],
])('nothing is asked when the next one %s', async (_what, change) => {
  const { classDate, next } = await buildOverrunning();
  await change(next);
  expect(await plan(classDate)).toMatchObject({ steps: [], waitingFor: 'closes' });
});

it('a break is waited for, but for its last five minutes', async () => {
  const { classDate } = await buildOverrunning(8);
  expect(await plan(classDate)).toMatchObject({ steps: [], nextLookAt: inMinutes(3) });
  expect((await plan(classDate, inMinutes(3))).steps).toEqual(['lookAtOverrun']);
});

it('within its planned time it is in nobody’s way', async () => {
  const { classDate } = await buildOverrunning();
  expect(await plan(classDate, ago(3))).toMatchObject({ steps: [], waitingFor: 'ends' });
});

it('the next one is at risk no more once the class is cancelled', async () => {
  const { classDate, next } = await buildOverrunning();
  await look(classDate);
  await cancelClass({ ...site.deps, temporal }, { classDateId: classDate.id, force: true }, THE_SYSTEM);
  expect(await openRisks(next)).toBe(0);
});
