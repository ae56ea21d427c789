import { randomBytes } from 'node:crypto';
import { interpretWebhookEvent } from '../../src/commands/interpretWebhookEvent';
import { receiveWebhook } from '../../src/commands/receiveWebhook';
import type { Deps } from '../../src/deps';
import { addMinutes } from '../../src/domain/clock';
import type { ClassDate } from '../../src/models/ClassDate';
import { ZoomConnection } from '../../src/models/ZoomConnection';
import type { ZoomMeeting } from '../../src/models/ZoomMeeting';
import type { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { parseEnvelope } from '../../src/zoom/webhookEvents';
import { buildClassDate, buildOrder, buildPass } from '../factories/classes';
import { buildMeeting } from '../factories/meetings';
import { buildUser } from '../factories/people';
import type { ModelClass, ModelStay } from './classModel';
import { RecordingTemporal } from './recordingTemporal';
import { buildConnectedTeacher } from './teachers';
import { startZoomSite } from './zoomSite';

/** Where classes of the model are told of by webhooks. */
export interface ToldScene {
  readonly deps: Deps;
  readonly teacherId: number;
  readonly hostZoomId: string;
  close(): Promise<void>;
}

export async function startToldScene(): Promise<ToldScene> {
  const site = await startZoomSite();
  const { id: userId } = await buildConnectedTeacher(site.deps, site.zoom);
  const { zoomUserId } = await ZoomConnection.findOne({ where: { userId }, rejectOnEmpty: true });
  return {
    deps: { ...site.deps, temporal: new RecordingTemporal() },
    teacherId: userId,
    hostZoomId: zoomUserId ?? '',
    close: () => site.close(),
  };
}

/** Long over, so that it may be settled. */
export const START = addMinutes(new Date(Math.floor(Date.now() / 1000) * 1000), -10 * 60);
export const at = (second: number) => new Date(START.getTime() + second * 1000);

export interface ToldRoom {
  readonly classDate: ClassDate;
  readonly meeting: ZoomMeeting;
  readonly passes: readonly ZoomSecureToken[];
}

export async function buildToldRoom({ deps, teacherId }: ToldScene, students: number): Promise<ToldRoom> {
  const order = await buildOrder({ teacherId });
  const classDate = await buildClassDate({ order, startsAt: START, state: 'ready' });
  const meeting = await buildMeeting(deps.encryption, classDate);
  const passes = [];
  for (let student = 0; student < students; student += 1) {
    const { id: userId, email } = await buildUser('student');
    const { pass } = await buildPass(deps.signingKeys, classDate, { userId, email });
    passes.push(await pass.update({ registrantId: `registrant-${pass.id}` }));
  }
  return { classDate, meeting, passes };
}

/** A word of Zoom's, and the second it came about. */
export interface Told {
  readonly second: number;
  readonly event: string;
  readonly object: object;
}

interface Stay extends ModelStay {
  readonly sessionUserId: string;
  readonly who: { readonly id?: string; readonly registrant_id?: string; readonly user_name: string };
}

/** What Zoom knows of it: each run by its uuid, and everybody's stays under the identities of its documents. */
export function atZoom(
  { hostZoomId }: ToldScene,
  { runs, host, students, stranger }: ModelClass,
  { meeting, passes }: ToldRoom,
) {
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

export type AtZoom = ReturnType<typeof atZoom>;

/** Everything that Zoom says of it, in the order of its parts. Ids come as numbers or as text, as they do. */
export function eventsOf({ meetingId, runs, stays }: AtZoom): Told[] {
  const ofRun = (run: number) => ({ id: meetingId, uuid: runs[run]?.uuid, start_time: at(runs[run]?.from ?? 0) });
  return [
    ...runs.flatMap(({ from, to }, run) => [
      { second: from, event: 'meeting.started', object: ofRun(run) },
      { second: to, event: 'meeting.ended', object: { ...ofRun(run), end_time: at(to) } },
    ]),
    ...stays.flatMap(({ run, from, to, sessionUserId, who }) => {
      const participant = { ...who, user_id: Number(sessionUserId), email: '' };
      return [
        {
          second: from,
          event: 'meeting.participant_joined',
          object: { ...ofRun(run), participant: { ...participant, join_time: at(from) } },
        },
        // Only the first of the two names the registrant.
        {
          second: to,
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

export async function tell({ deps }: ToldScene, { event, object }: Told): Promise<void> {
  // Each delivery has a body of its own, so that a repeat is not stopped at the door already.
  const nonce = randomBytes(8).toString('hex');
  const body = Buffer.from(JSON.stringify({ event, event_ts: Date.now(), payload: { object }, nonce }));
  const envelope = parseEnvelope(JSON.parse(body.toString()));
  if (!envelope) throw new Error('not an event');
  await interpretWebhookEvent(deps, (await receiveWebhook(deps, envelope, body, new Date())) ?? 0);
}

/** How many words of Zoom's there are of it. */
export const countEvents = ({ runs, host, students, stranger }: ModelClass) =>
  2 * (runs.length + [host, ...students, stranger].flat().length);
