import { addMinutes } from '../../src/domain/clock';
import { ClassAttendance } from '../../src/models/ClassAttendance';
import type { ClassDate } from '../../src/models/ClassDate';
import { WebhookEvent } from '../../src/models/WebhookEvent';
import { ZoomMeeting } from '../../src/models/ZoomMeeting';
import { ZoomParticipant } from '../../src/models/ZoomParticipant';
import { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { book, handleOf, reaches } from '../support/classScene';
import { startDevScene, type DevScene } from '../support/devScene';
import { eventually } from '../support/eventually';
import { inBatches } from '../support/inBatches';
import { quietTemporal } from '../support/quietTemporal';
import { openWebhookDoor, type WebhookDoor } from '../support/webhookDoor';

const PEOPLE = 500;
/** Of them, so many have a pass. */
const STUDENTS = 40;
/** How often each comes and goes: 2,000 events, because more of them take minutes on two cores. */
const ROUNDS = 2;
const HOUR_SECONDS = 3_600;
/** Where the server suggests a fresh history. */
const CONTINUE_AS_NEW_HINT = 4_096;

let scene: DevScene;
let door: WebhookDoor;

beforeAll(async () => {
  quietTemporal();
  scene = await startDevScene();
  door = await openWebhookDoor(scene.stack.deps);
});

afterAll(async () => {
  await door.close();
  await scene.close();
});

interface Stay {
  readonly person: number;
  readonly round: number;
  readonly from: number;
  readonly to: number;
}

/** Whole seconds from the start. Each third person comes back with a second device before they leave with the first. */
function staysOf(person: number): Stay[] {
  const spacing = Math.floor(HOUR_SECONDS / ROUNDS);
  return Array.from({ length: ROUNDS }, (_, round) => {
    const from = round * spacing + (person % 60);
    const lasts = person % 3 === 0 ? spacing + 20 : 200 + ((person * 7 + round * 13) % 300);
    return { person, round, from, to: Math.min(HOUR_SECONDS, from + lasts) };
  });
}

/** Said the slow way: every second of the hour in which they were there. */
function secondsThere(stays: readonly Stay[]): number {
  const seconds = Array.from({ length: HOUR_SECONDS }, (_, second) => second);
  return seconds.filter((second) => stays.some(({ from, to }) => from <= second && second < to)).length;
}

/** An hour ago it should have begun; it has its room now and runs on for two. */
async function openLateClass(): Promise<ClassDate> {
  const classDate = await book(scene, { minutesAhead: 60, students: STUDENTS, hinted: false });
  await classDate.update({
    startsAt: addMinutes(new Date(), -61),
    ...{ durationMinutes: 180, graceMinutes: 0, settleMinutes: 0 },
  });
  await scene.stack.deps.temporal.hintClassDate(classDate, 'booked');
  return reaches(classDate, 'ready');
}

describe('500 people who come and go for an hour', () => {
  it('leave the history as it was, and the attendance is right', async () => {
    const classDate = await openLateClass();
    const meeting = await ZoomMeeting.findOne({ where: { classDateId: classDate.id }, rejectOnEmpty: true });
    const passes = await eventually('all have their links', async () => {
      const found = await ZoomSecureToken.findAll({ where: { classDateId: classDate.id }, order: ['id'] });
      return found.every(({ registrantId }) => registrantId !== null) ? found : null;
    });
    expect(passes).toHaveLength(STUDENTS);
    const at = (second: number) => new Date(classDate.startsAt.getTime() + second * 1_000).toISOString();
    const run = { id: meeting.meetingId, uuid: 'flapping-run-000000000==', host_id: 'hostHOSThostHOSThost12', type: 2 };
    const send = (event: string, second: number, object: object = {}) =>
      door.post({
        event: `meeting.${event}`,
        event_ts: Date.parse(at(second)),
        payload: { account_id: 'a', object: { ...run, start_time: at(0), ...object } },
      });
    const participant = ({ person, round }: Stay) => ({
      user_id: String(16_778_240 + (person * ROUNDS + round) * 1_024),
      participant_uuid: `person-${person}`,
      user_name: `Person ${person}`,
      registrant_id: passes[person]?.registrantId ?? '',
    });

    await send('started', 0);
    await door.interpreted();
    await reaches(classDate, 'live');
    const before = (await handleOf(scene, classDate).describe()).historyLength;
    const stays = Array.from({ length: PEOPLE }, (_, person) => staysOf(person)).flat();
    const events = stays.flatMap((stay) => [
      { at: stay.from, event: 'participant_joined', who: { ...participant(stay), join_time: at(stay.from) } },
      { at: stay.to, event: 'participant_left', who: { ...participant(stay), leave_time: at(stay.to) } },
    ]);
    events.sort((one, other) => one.at - other.at);
    await inBatches(events.length, 20, async (index) => {
      const { at: second, event, who } = events[index] ?? { at: 0, event: '', who: {} };
      await send(event, second, { participant: who });
    });
    await door.interpreted();
    const { historyLength, runId } = await handleOf(scene, classDate).describe();
    // A timer of the class itself may have come by meanwhile; not one event for any of the people.
    expect(historyLength - before).toBeLessThan(60);
    expect(historyLength).toBeLessThan(CONTINUE_AS_NEW_HINT);

    await send('ended', HOUR_SECONDS, { end_time: at(HOUR_SECONDS) });
    await door.interpreted();
    await reaches(classDate, 'ended');
    await classDate.update({ durationMinutes: 60 });
    await scene.stack.deps.temporal.hintClassDate(classDate, 'rescheduled');
    await reaches(classDate, 'settled');
    expect(await WebhookEvent.count({ where: { state: 'processed' } })).toBe(events.length + 2);
    expect(await ZoomParticipant.count()).toBe(stays.length);
    const attendance = await ClassAttendance.findAll({ where: { classDateId: classDate.id, revision: 1 } });
    const settled = new Map(attendance.map(({ passId, presentSeconds }) => [passId, presentSeconds]));
    const expected = passes.map(({ id }, person) => [id, secondsThere(staysOf(person))]);
    expect(passes.map(({ id }) => [id, settled.get(id)])).toEqual(expected);
    expect((await handleOf(scene, classDate, runId).describe()).historyLength).toBeLessThan(CONTINUE_AS_NEW_HINT);
  }, 300_000);
});
