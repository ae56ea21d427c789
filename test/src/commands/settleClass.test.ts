import fc from 'fast-check';
import { settleClass } from '../../../src/commands/settleClass';
import { addMinutes } from '../../../src/domain/clock';
import { ClassAttendance } from '../../../src/models/ClassAttendance';
import type { ZoomClient } from '../../../src/zoom/client';
import { deliveries, modelClasses, secondsThere, type ModelClass } from '../../support/classModel';
import {
  at,
  atZoom,
  buildToldRoom,
  countEvents,
  eventsOf,
  START,
  startToldScene,
  tell,
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
function zoomAfter({ runs, stays }: AtZoom): ZoomClient {
  return {
    ...scene.deps.zoom,
    pastMeeting: (_teacher, id) => {
      const run = runs.find(({ uuid }) => uuid === id) ?? runs.at(-1);
      if (!run) throw new Error('There was no meeting.');
      return Promise.resolve({ uuid: run.uuid, startedAt: at(run.from), endedAt: at(run.to) });
    },
    pastParticipants: (_teacher, uuid) =>
      Promise.resolve(
        stays
          .filter(({ run }) => runs[run]?.uuid === uuid)
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
      ),
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

function inModel({ host, students }: ModelClass) {
  return [host, ...students].map((stays) => {
    const there = [...secondsThere(stays)];
    if (there.length === 0) return [0, null, null];
    return [there.length, at(Math.min(...there)), at(Math.max(...there) + 1)];
  });
}

describe('who was there, as a model has it second by second', () => {
  it('follows from any order and any repeats of what Zoom says, without asking it', async () => {
    const heard = modelClasses.chain((model) =>
      fc.record({ model: fc.constant(model), order: deliveries(countEvents(model)) }),
    );
    await fc.assert(
      fc.asyncProperty(heard, async ({ model, order }) => {
        const room = await buildToldRoom(scene, model.students.length);
        const events = eventsOf(atZoom(scene, model, room));
        for (const index of order) if (events[index]) await tell(scene, events[index]);
        const { state, liveAt, endedAt } = await room.classDate.reload();
        const [first, last] = [model.runs[0]?.from ?? 0, model.runs.at(-1)?.to ?? 0];
        expect([state, liveAt, endedAt]).toEqual(['ended', at(first), at(last)]);
        expect(await settled(room)).toEqual(inModel(model));
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  it('follows from what is left of it and Zoom’s own list, whatever was lost', async () => {
    const heard = modelClasses.chain((model) =>
      fc.record({ model: fc.constant(model), kept: fc.subarray([...Array(countEvents(model)).keys()]) }),
    );
    await fc.assert(
      fc.asyncProperty(heard, async ({ model, kept }) => {
        const room = await buildToldRoom(scene, model.students.length);
        const zoom = atZoom(scene, model, room);
        const events = eventsOf(zoom);
        // Of a run before the last one Zoom says nothing unless it is asked for it by the uuid of one of its events.
        const heardOf = zoom.runs.slice(0, -1).map((_, run) => 2 * run);
        for (const index of new Set([...kept, ...heardOf])) if (events[index]) await tell(scene, events[index]);
        const asked = { ...scene.deps, zoom: zoomAfter(zoom) };
        expect(await settled(room, asked)).toEqual(inModel(model));
      }),
      { numRuns: 20, endOnFailure: true },
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
});

it('is settled with what was learnt by a clock that is ahead, and has not to be settled again because of it', async () => {
  const room = await buildToldRoom(scene, 1);
  const evidenceAt = addMinutes(new Date(), 5);
  await room.classDate.update({ state: 'settled', closedAt: addMinutes(START, 90), settledAt: START, evidenceAt });
  await settleClass(scene.deps, { classDateId: room.classDate.id, now: new Date() });
  const { settledAt } = await room.classDate.reload();
  expect(settledAt).toEqual(evidenceAt);
});
