import fc from 'fast-check';
import { settleClass } from '../../../src/commands/settleClass';
import { addMinutes } from '../../../src/domain/clock';
import { ClassAttendance } from '../../../src/models/ClassAttendance';
import type { ZoomClient } from '../../../src/zoom/client';
import { deliveries, modelClasses, secondsThere, teachersOwn, type ModelClass } from '../../support/classModel';
import {
  at,
  atZoom,
  buildToldRoom,
  countEvents,
  eventsOf,
  START,
  startToldScene,
  tell,
  tellAll,
  type AtZoom,
  type ToldRoom,
  type ToldScene,
} from '../../support/toldClass';

let scene: ToldScene;

beforeAll(async () => {
  scene = await startToldScene();
});

afterAll(() => scene.close());

/** Zoom's own account of it afterwards. The stand-in cannot be told of a past of our choosing. */
function zoomAfter({ former, meetingIds, runs, stays }: AtZoom): ZoomClient {
  /** Zoom tells of a meeting nobody but its host. */
  const runOf = (teacher: number, id: string) => {
    const run = runs.find(({ uuid }) => uuid === id) ?? runs.findLast(({ meetingId }) => meetingId === id);
    if (!run) throw new Error('There was no meeting.');
    const isFormers = former?.why === 'teacher changed' && run.meetingId === meetingIds.former;
    if (teacher !== (isFormers ? scene.formerTeacherId : scene.teacherId)) throw new Error('It is another host’s.');
    return run;
  };
  return {
    ...scene.deps.zoom,
    pastMeeting: (teacher, id) => {
      const run = runOf(teacher, id);
      return Promise.resolve({ uuid: run.uuid, startedAt: at(run.from), endedAt: at(run.to) });
    },
    pastParticipants: (teacher, uuid) => {
      const listed = runs.indexOf(runOf(teacher, uuid));
      return Promise.resolve(
        stays
          // Of breakout rooms its list says nothing.
          .filter(({ run, parent }) => run === listed && parent === null)
          .map(({ from, to, sessionUserId, who }) => ({
            sessionUserId,
            zoomUserId: who.id ?? null,
            name: who.user_name,
            email: null,
            registrantId: who.registrant_id ?? null,
            joinTime: at(from),
            leaveTime: at(to),
            inWaitingRoom: false,
            leftAtOnce: false,
            seconds: to - from,
          })),
      );
    },
  };
}

/** The rows of the last settlement, the teacher first, as [seconds, first in, last out]. */
async function settled({ classDate }: ToldRoom, using = scene.deps) {
  await classDate.reload();
  await classDate.update({ state: 'ended', closedAt: addMinutes(START, 90) });
  await settleClass(using, { classDateId: classDate.id, now: new Date() });
  expect((await classDate.reload()).state).toBe('settled');
  const rows = await ClassAttendance.findAll({ where: { classDateId: classDate.id }, order: ['id'] });
  return rows.map(({ presentSeconds, firstJoinAt, lastLeaveAt }) => [presentSeconds, firstJoinAt, lastLeaveAt]);
}

type Spans = Parameters<typeof secondsThere>[0];

function figuresOf(stays: Spans) {
  const there = [...secondsThere(stays)];
  if (there.length === 0) return [0, null, null];
  return [there.length, at(Math.min(...there)), at(Math.max(...there) + 1)];
}

const inModel = (model: ModelClass) => [teachersOwn(model), ...model.students].map(figuresOf);

/**
 * What can be known of somebody by Zoom's list, which has all but the breakout rooms, and by those of its words that were
 * heard. Whoever is heard to have gone into a room was there until they are heard to have left it; else until they left the
 * meeting, or, where they had left it for the room, until the run was over.
 */
function asHeard({ runs, stays }: AtZoom, who: string, heard: ReadonlySet<number>): Spans {
  return stays.flatMap(({ person, parent, run, from, to }, index) => {
    if (person !== who) return [];
    if (parent === null) return [{ from, to }];
    const [came, went] = [0, 1].map((word) => heard.has(2 * (runs.length + index) + word));
    const inMeeting = stays.find(({ sessionUserId }) => sessionUserId === parent);
    const gone = [inMeeting, runs[run]].map((one) => one?.to ?? 0).find((end) => end > from) ?? 0;
    return came ? [{ from, to: went ? to : gone }] : [];
  });
}

describe('who was there, as a model has it second by second', () => {
  it('follows from any order and any repeats of what Zoom says, without asking it', async () => {
    const heard = modelClasses.chain((model) =>
      fc.record({ model: fc.constant(model), order: deliveries(countEvents(model)) }),
    );
    await fc.assert(
      fc.asyncProperty(heard, async ({ model, order }) => {
        const room = await buildToldRoom(scene, model.students.length, model.former);
        const zoom = atZoom(scene, model, room);
        const events = eventsOf(zoom);
        const words = order.flatMap((index) => events[index] ?? []);
        await tellAll(scene, room, zoom, words);
        const { state, liveAt, endedAt } = await room.classDate.reload();
        const [first, last] = [model.runs[0]?.from ?? 0, model.runs.at(-1)?.to ?? 0];
        expect([state, liveAt, endedAt]).toEqual(['ended', at(first), at(last)]);
        expect(await settled(room)).toEqual(inModel(model));
      }),
      { numRuns: 7, endOnFailure: true },
    );
  });

  it('follows from what is left of it and Zoom’s own list, whatever was lost', async () => {
    const heard = modelClasses.chain((model) =>
      fc.record({ model: fc.constant(model), kept: fc.shuffledSubarray([...Array(countEvents(model)).keys()]) }),
    );
    await fc.assert(
      fc.asyncProperty(heard, async ({ model, kept }) => {
        const room = await buildToldRoom(scene, model.students.length, model.former);
        const zoom = atZoom(scene, model, room);
        const events = eventsOf(zoom);
        // Of a run before the last one of its room Zoom says nothing unless it is asked for it by the uuid of one of its events.
        const isLast = (run: (typeof zoom.runs)[number]) =>
          run === zoom.runs.findLast(({ meetingId }) => meetingId === run.meetingId);
        const heardOf = zoom.runs.flatMap((run, index) => (isLast(run) ? [] : [2 * index]));
        // That a room is gone is found out where it is not told.
        const gone = zoom.former ? [events.length - 1] : [];
        const all = new Set([...kept, ...heardOf, ...gone]);
        const words = [...all].flatMap((index) => events[index] ?? []);
        await tellAll(scene, room, zoom, words);
        const asked = { ...scene.deps, zoom: zoomAfter(zoom) };
        const people = ['teacher', ...model.students.map((_, index) => `student ${index}`)];
        expect(await settled(room, asked)).toEqual(people.map((who) => figuresOf(asHeard(zoom, who, all))));
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });
});

describe('what nobody told', () => {
  const model: ModelClass = {
    runs: [
      { from: 0, to: 600 },
      { from: 700, to: 1_800 },
    ],
    host: [{ run: 0, from: 0, to: 600 }],
    students: [[{ run: 0, from: 60, to: 300 }]],
    stranger: [],
  };

  it.each([
    ['a leave: until the run was over', [0, 1, 2, 3, 4, 6], 540],
    ['a leave and the end of the run: until the next one began', [0, 2, 3, 4, 6], 640],
    ['when they came: nothing is known of how long they stayed', [0, 1, 2, 3, 4, 5, 7], 0],
  ])('%s', async (_what, kept, seconds) => {
    const room = await buildToldRoom(scene, 1);
    const events = eventsOf(atZoom(scene, model, room));
    for (const index of kept) if (events[index]) await tell(scene, events[index]);
    const [, student] = await settled(room);
    expect(student?.[0]).toBe(seconds);
  });

  it.each([
    ['they were in the meeting all the while: until they left that', false, 240],
    ['they had left the meeting for it: until the run was over', true, 540],
  ])('that somebody left a breakout room, who is not in Zoom’s list there; %s', async (_what, leaving, seconds) => {
    const inRoom = { from: 100, to: 200, leaving, named: false };
    const away: ModelClass = { ...model, students: [[{ run: 0, from: 60, to: 300, breakouts: [inRoom] }]] };
    const room = await buildToldRoom(scene, 1);
    const zoom = atZoom(scene, away, room);
    const events = eventsOf(zoom);
    await tellAll(scene, room, zoom, events.slice(0, -1));
    const [, student] = await settled(room, { ...scene.deps, zoom: zoomAfter(zoom) });
    expect(student?.[0]).toBe(seconds);
  });
});

it('is settled with what was learnt by a clock that is ahead, and has not to be settled again because of it', async () => {
  const room = await buildToldRoom(scene, 1);
  const evidenceAt = addMinutes(new Date(), 5);
  await room.classDate.update({ state: 'settled', closedAt: addMinutes(START, 90), settledAt: START, evidenceAt });
  await settleClass(scene.deps, { classDateId: room.classDate.id, now: new Date() });
  const { settledAt } = await room.classDate.reload();
  expect(settledAt).toEqual(evidenceAt);
});
