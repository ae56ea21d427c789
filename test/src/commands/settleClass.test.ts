import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { interpretWebhookEvent } from '../../../src/commands/interpretWebhookEvent';
import { receiveWebhook } from '../../../src/commands/receiveWebhook';
import { settleClass } from '../../../src/commands/settleClass';
import type { Deps } from '../../../src/deps';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { ClassAttendance } from '../../../src/models/ClassAttendance';
import { ZoomConnection } from '../../../src/models/ZoomConnection';
import type { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import type { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import type { ZoomClient } from '../../../src/zoom/client';
import { parseEnvelope } from '../../../src/zoom/webhookEvents';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { buildUser } from '../../factories/people';
import { deliveries, modelClasses, secondsThere, type ModelClass, type ModelStay } from '../../support/classModel';
import { buildConnectedTeacher } from '../../support/teachers';
import { RecordingTemporal } from '../../support/recordingTemporal';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';

let site: ZoomSite;
let deps: Deps;
let teacherId: number;
let hostZoomId: string;

beforeAll(async () => {
  site = await startZoomSite();
  deps = { ...site.deps, temporal: new RecordingTemporal() };
  teacherId = (await buildConnectedTeacher(site.deps, site.zoom)).id;
  hostZoomId = (await ZoomConnection.findOne({ where: { userId: teacherId }, rejectOnEmpty: true })).zoomUserId ?? '';
});

afterAll(() => site.close());

/** Long over, so that it may be settled. */
const START = addMinutes(new Date(Math.floor(Date.now() / 1000) * 1000), -10 * 60);
const at = (second: number) => new Date(START.getTime() + second * 1000);

interface Room {
  readonly classDate: ClassDate;
  readonly meeting: ZoomMeeting;
  readonly passes: readonly ZoomSecureToken[];
}

async function buildRoom(students: number): Promise<Room> {
  const order = await buildOrder({ teacherId });
  const classDate = await buildClassDate({ order, startsAt: START, state: 'ready' });
  const meeting = await buildMeeting(site.deps.encryption, classDate);
  const passes = [];
  for (let student = 0; student < students; student += 1) {
    const { id: userId, email } = await buildUser('student');
    const { pass } = await buildPass(site.deps.signingKeys, classDate, { userId, email });
    passes.push(await pass.update({ registrantId: `registrant-${pass.id}` }));
  }
  return { classDate, meeting, passes };
}

interface Told {
  readonly event: string;
  readonly object: object;
}

interface Stay extends ModelStay {
  readonly sessionUserId: string;
  readonly who: { readonly id?: string; readonly registrant_id?: string; readonly user_name: string };
}

/** What Zoom knows of it: each run by its uuid, and everybody's stays under the identities of its documents. */
function atZoom({ runs, host, students, stranger }: ModelClass, { meeting, passes }: Room) {
  let session = 16_778_240;
  const stay = (one: ModelStay, who: Stay['who']): Stay => {
    session += 1024;
    return { ...one, sessionUserId: String(session), who };
  };
  return {
    meetingId: meeting.meetingId,
    runs: runs.map((run) => ({ ...run, uuid: `${randomBytes(15).toString('base64')}==` })),
    stays: [
      ...host.map((one) => stay(one, { id: hostZoomId, user_name: 'Tamara' })),
      ...students.flatMap((stays, index) =>
        stays.map((one) => stay(one, { registrant_id: `registrant-${passes[index]?.id}`, user_name: 'Sam' })),
      ),
      ...stranger.map((one) => stay(one, { user_name: 'iPhone' })),
    ],
  };
}

type AtZoom = ReturnType<typeof atZoom>;

/** Everything that Zoom says of it, in the order of its parts. Ids come as numbers or as text, as they do. */
function eventsOf({ meetingId, runs, stays }: AtZoom): Told[] {
  const ofRun = (run: number) => ({ id: meetingId, uuid: runs[run]?.uuid, start_time: at(runs[run]?.from ?? 0) });
  return [
    ...runs.flatMap(({ to }, run) => [
      { event: 'meeting.started', object: ofRun(run) },
      { event: 'meeting.ended', object: { ...ofRun(run), end_time: at(to) } },
    ]),
    ...stays.flatMap(({ run, from, to, sessionUserId, who }) => {
      const participant = { ...who, user_id: Number(sessionUserId), email: '' };
      return [
        {
          event: 'meeting.participant_joined',
          object: { ...ofRun(run), participant: { ...participant, join_time: at(from) } },
        },
        // Only the first of the two names the registrant.
        {
          event: 'meeting.participant_left',
          object: {
            ...ofRun(run),
            participant: { ...participant, registrant_id: null, user_id: sessionUserId, leave_time: at(to) },
          },
        },
      ];
    }),
  ];
}

/** Zoom's own account of it afterwards. The stand-in cannot be told of a past of our choosing. */
function zoomAfter({ runs, stays }: AtZoom): ZoomClient {
  return {
    ...site.deps.zoom,
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
            seconds: to - from,
          })),
      ),
  };
}

async function tell({ event, object }: Told): Promise<void> {
  // Each delivery has a body of its own, so that a repeat is not stopped at the door already.
  const nonce = randomBytes(8).toString('hex');
  const body = Buffer.from(JSON.stringify({ event, event_ts: Date.now(), payload: { object }, nonce }));
  const envelope = parseEnvelope(JSON.parse(body.toString()));
  if (!envelope) throw new Error('not an event');
  await interpretWebhookEvent(deps, (await receiveWebhook(deps, envelope, body, new Date())) ?? 0);
}

/** The rows of the last settlement, the teacher first, as [seconds, first in, last out]. */
async function settled({ classDate }: Room, using = deps) {
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

const eventCount = ({ runs, host, students, stranger }: ModelClass) =>
  2 * (runs.length + [host, ...students, stranger].flat().length);

describe('who was there, as a model has it second by second', () => {
  it('follows from any order and any repeats of what Zoom says, without asking it', async () => {
    const heard = modelClasses.chain((model) =>
      fc.record({ model: fc.constant(model), order: deliveries(eventCount(model)) }),
    );
    await fc.assert(
      fc.asyncProperty(heard, async ({ model, order }) => {
        const room = await buildRoom(model.students.length);
        const events = eventsOf(atZoom(model, room));
        for (const index of order) if (events[index]) await tell(events[index]);
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
      fc.record({ model: fc.constant(model), kept: fc.subarray([...Array(eventCount(model)).keys()]) }),
    );
    await fc.assert(
      fc.asyncProperty(heard, async ({ model, kept }) => {
        const room = await buildRoom(model.students.length);
        const zoom = atZoom(model, room);
        const events = eventsOf(zoom);
        // Of a run before the last one Zoom says nothing unless it is asked for it by the uuid of one of its events.
        const heardOf = zoom.runs.slice(0, -1).map((_, run) => 2 * run);
        for (const index of new Set([...kept, ...heardOf])) if (events[index]) await tell(events[index]);
        const asked = { ...deps, zoom: zoomAfter(zoom) };
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
    const room = await buildRoom(1);
    const events = eventsOf(atZoom(model, room));
    for (const index of kept) if (events[index]) await tell(events[index]);
    const [, student] = await settled(room);
    expect(student?.[0]).toBe(seconds);
  });
});
