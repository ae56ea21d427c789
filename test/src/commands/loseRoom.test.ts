import fc from 'fast-check';
import { rescheduleClass } from '../../../src/commands/rescheduleClass';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { closeDeps, createDeps, type Deps } from '../../../src/deps';
import { addMinutes } from '../../../src/domain/clock';
import { buildMeeting } from '../../factories/meetings';
import { testConfig } from '../../support/config';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { ended, newUuid, run, started, type Told } from '../../support/meetingEvents';
import { RecordingTemporal } from '../../support/recordingTemporal';
import { buildRoomWithStudent, tellOf } from '../../support/toldRoom';

let database: TestDatabase;
let deps: Deps;
let temporal: RecordingTemporal;

beforeAll(async () => {
  database = await createTestDatabase();
  temporal = new RecordingTemporal();
  deps = { ...createDeps(testConfig({ DATABASE_URL: database.url })), temporal };
});

afterAll(async () => {
  await closeDeps(deps);
  await database.drop();
});

const tell = (told: Told) => tellOf(deps, told);

it('a current meeting deleted in Zoom sends the class back to preparing; one we retired ourselves does not', async () => {
  const { classDate, meeting } = await buildRoomWithStudent(deps);
  const deleted = { event: 'meeting.deleted', payload: { object: { id: Number(meeting.meetingId), uuid: newUuid() } } };
  await tell(deleted);
  await Promise.all([classDate.reload(), meeting.reload()]);
  expect(classDate.state).toBe('preparing');
  expect(meeting).toMatchObject({ state: 'gone', isCurrent: null });
  const next = await buildMeeting(deps.encryption, classDate, { generation: 2 });
  await classDate.update({ state: 'ready' });
  await tell(deleted);
  await tell(started(meeting, newUuid()));
  await Promise.all([classDate.reload(), next.reload()]);
  expect([classDate.state, next.state]).toEqual(['ready', 'created']);
  expect(temporal.hints).toEqual([`${classDate.id}: meeting deleted`]);
});

it.each(['scheduled', 'preparing', 'ready'] as const)(
  'a run of a %s class’s meeting that was deleted then ends in the same state',
  async (state) => {
    const order = fc.shuffledSubarray([0, 1, 2], { minLength: 3 });
    await fc.assert(
      fc.asyncProperty(order, fc.boolean(), async (sequence, deleted) => {
        const { classDate, meeting } = await buildRoomWithStudent(deps, { state });
        // After its doors opened.
        const [began, over] = [-15, -10].map((minutes) => addMinutes(classDate.startsAt, minutes).toISOString());
        const uuid = newUuid();
        const gone: Told = { event: 'meeting.deleted', payload: { object: run(meeting, uuid) } };
        const events = [started(meeting, uuid, began), ended(meeting, uuid, over, began), ...(deleted ? [gone] : [])];
        for (const index of sequence) {
          const event = events[index];
          if (event) await tell(event);
        }
        await Promise.all([classDate.reload(), meeting.reload()]);
        const wanted = deleted ? ['preparing', null, 'gone'] : ['ended', new Date(over ?? ''), 'created'];
        // One that is scheduled and due is preparing at the next look.
        const stands = deleted && classDate.state === 'scheduled' ? 'preparing' : classDate.state;
        expect([stands, classDate.endedAt, meeting.state]).toEqual(wanted);
        expect(classDate.liveAt).toEqual(new Date(began ?? ''));
      }),
      { numRuns: 12 },
    );
  },
);

it('a meeting that is deleted once its class was held is followed by no other', async () => {
  const { classDate, meeting } = await buildRoomWithStudent(deps, { startsAt: addMinutes(new Date(), -70) });
  const uuid = newUuid();
  for (const told of [started(meeting, uuid), ended(meeting, uuid)]) await tell(told);
  temporal.hints.splice(0);
  await tell({ event: 'meeting.deleted', payload: { object: run(meeting, uuid) } });
  await Promise.all([classDate.reload(), meeting.reload()]);
  expect([classDate.state, meeting.state, temporal.hints]).toEqual(['ended', 'gone', []]);
});

it('a late word of the room that a class had before it was moved does not make it one that was live', async () => {
  const { classDate, meeting } = await buildRoomWithStudent(deps);
  const uuid = newUuid();
  await tell(ended(meeting, uuid));
  expect((await classDate.reload()).state).toBe('ended');
  const localStart = addMinutes(new Date(), 24 * 60)
    .toISOString()
    .slice(0, 16);
  await rescheduleClass(deps, { classDateId: classDate.id, localStart }, THE_SYSTEM);
  await tell(started(meeting, uuid, '2026-11-22T09:20:00Z'));
  expect(await classDate.reload()).toMatchObject({ state: 'scheduled', liveAt: null });
});
