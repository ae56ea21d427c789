import { randomBytes } from 'node:crypto';
import { changeTeacher } from '../../src/commands/changeTeacher';
import { dropRegistrant } from '../../src/commands/dropRegistrant';
import { interpretWebhookEvent } from '../../src/commands/interpretWebhookEvent';
import { THE_SYSTEM } from '../../src/commands/writeAudit';
import type { Deps } from '../../src/deps';
import { addMinutes } from '../../src/domain/clock';
import type { ClassDate } from '../../src/models/ClassDate';
import { ZoomConnection } from '../../src/models/ZoomConnection';
import type { ZoomMeeting } from '../../src/models/ZoomMeeting';
import type { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { buildClassDate, buildOrder, buildPass } from '../factories/classes';
import { buildMeeting, newMeetingId } from '../factories/meetings';
import { buildUser } from '../factories/people';
import { isInFormer, partsOf, teachersOwn, type ModelClass, type ModelFormer, type ModelStay } from './classModel';
import { receiveEvent } from './receiveEvent';
import { RecordingTemporal } from './recordingTemporal';
import { buildConnectedTeacher } from './teachers';
import { startZoomSite } from './zoomSite';

/** Where classes of the model are told of by webhooks. */
export interface ToldScene {
  readonly deps: Deps;
  readonly teacherId: number;
  readonly hostZoomId: string;
  /** who gave the class before, where it was given to that teacher */
  readonly formerTeacherId: number;
  readonly formerZoomId: string;
  close(): Promise<void>;
}

export async function startToldScene(): Promise<ToldScene> {
  const site = await startZoomSite();
  const { id: teacherId } = await buildConnectedTeacher(site.deps, site.zoom);
  const { id: formerTeacherId } = await buildConnectedTeacher(site.deps, site.zoom, 'emmy.noether@teachers.example');
  return {
    deps: { ...site.deps, temporal: new RecordingTemporal() },
    ...{ teacherId, hostZoomId: await zoomIdOf(teacherId) },
    ...{ formerTeacherId, formerZoomId: await zoomIdOf(formerTeacherId) },
    close: () => site.close(),
  };
}

async function zoomIdOf(userId: number): Promise<string> {
  const { zoomUserId } = await ZoomConnection.findOne({ where: { userId }, rejectOnEmpty: true });
  return zoomUserId ?? '';
}

/** Long over, so that it may be settled. */
export const START = addMinutes(new Date(Math.floor(Date.now() / 1000) * 1000), -10 * 60);
export const at = (second: number) => new Date(START.getTime() + second * 1000);

export interface ToldRoom {
  readonly classDate: ClassDate;
  /** the one that it has first */
  readonly meeting: ZoomMeeting;
  readonly passes: readonly ZoomSecureToken[];
}

/** @param former of the model, where the class has another room first */
export async function buildToldRoom(
  { deps, teacherId, formerTeacherId }: ToldScene,
  students: number,
  former: ModelFormer | null = null,
): Promise<ToldRoom> {
  const order = await buildOrder({ teacherId: former?.why === 'teacher changed' ? formerTeacherId : teacherId });
  const classDate = await buildClassDate({ order, startsAt: START, state: 'ready' });
  const meeting = await buildMeeting(deps.encryption, classDate);
  const passes = [];
  for (let student = 0; student < students; student += 1) {
    const { id: userId, email } = await buildUser('student');
    const { pass } = await buildPass(deps.signingKeys, classDate, { userId, email });
    passes.push(await pass.update({ registrantId: registrantOf(pass, former !== null), linkMeetingId: meeting.id }));
  }
  return { classDate, meeting, passes };
}

/** Each room knows everybody by another one. */
const registrantOf = (pass: ZoomSecureToken | undefined, inFormer: boolean) =>
  `${inFormer ? 'former-' : ''}registrant-${pass?.id}`;

/** A word of Zoom's, and the second it came about. */
export interface Told {
  readonly second: number;
  readonly event: string;
  readonly object: object;
}

type Person = 'teacher' | 'former teacher' | `student ${number}` | 'stranger';

interface Stay extends ModelStay {
  readonly person: Person;
  readonly sessionUserId: string;
  /** of a stay in a breakout room: the stay in the meeting that it belongs to */
  readonly parent: string | null;
  readonly who: { readonly id?: string; readonly registrant_id?: string; readonly user_name: string };
}

/** What Zoom knows of it: each run by its uuid, and everybody's stays under the identities of its documents. */
export function atZoom(scene: ToldScene, model: ModelClass, { meeting, passes }: ToldRoom) {
  const { former = null } = model;
  const meetingIds = { former: meeting.meetingId ?? '', last: former ? newMeetingId() : (meeting.meetingId ?? '') };
  let session = 16_778_240;
  const nextSession = () => {
    session += 1024;
    return String(session);
  };
  const staysOf = (person: Person, one: ModelStay, who: Stay['who']): Stay[] => {
    const { inMeeting, inRooms } = partsOf(one);
    const mains = inMeeting.map((part) => ({ ...part, person, sessionUserId: nextSession(), parent: null, who }));
    const rooms = inRooms.map(({ named, parent, ...part }) => ({
      ...{ ...part, person, sessionUserId: nextSession(), parent: mains[parent]?.sessionUserId ?? '' },
      who: named ? who : { user_name: who.user_name },
    }));
    return [...mains, ...rooms];
  };
  const own = teachersOwn(model);
  return {
    former,
    meetingIds,
    runs: model.runs.map((run, index) => ({
      ...run,
      meetingId: meetingIds[isInFormer(model, { run: index }) ? 'former' : 'last'],
      uuid: `${randomBytes(15).toString('base64')}==`,
    })),
    stays: [
      ...model.host.flatMap((one) => {
        const [person, id] = own.includes(one)
          ? (['teacher', scene.hostZoomId] as const)
          : (['former teacher', scene.formerZoomId] as const);
        return staysOf(person, one, { id, user_name: 'Tamara' });
      }),
      ...model.students.flatMap((stays, index) =>
        stays.flatMap((one) => {
          const registrant = registrantOf(passes[index], isInFormer(model, one));
          return staysOf(`student ${index}`, one, { registrant_id: registrant, user_name: 'Sam' });
        }),
      ),
      ...model.stranger.flatMap((one) => staysOf('stranger', one, { user_name: 'iPhone' })),
    ],
  };
}

export type AtZoom = ReturnType<typeof atZoom>;

/**
 * Everything that Zoom says of it, in the order of its parts: of each run and then of each stay that it began and ended, and
 * at last that the former room was deleted. Ids come as numbers or as text, as they do.
 */
export function eventsOf({ former, meetingIds, runs, stays }: AtZoom): Told[] {
  const ofRun = (run: number) => ({
    ...{ id: runs[run]?.meetingId, uuid: runs[run]?.uuid, start_time: at(runs[run]?.from ?? 0) },
  });
  return [
    ...runs.flatMap(({ from, to }, run) => [
      { second: from, event: 'meeting.started', object: ofRun(run) },
      { second: to, event: 'meeting.ended', object: { ...ofRun(run), end_time: at(to) } },
    ]),
    ...stays.flatMap((stay) => wordsOf(stay, ofRun(stay.run))),
    ...(former ? [{ second: former.until, event: 'meeting.deleted', object: { id: meetingIds.former } }] : []),
  ];
}

function wordsOf({ from, to, sessionUserId, parent, who }: Stay, run: object): Told[] {
  const participant = { ...who, user_id: Number(sessionUserId), email: '', ...(parent && { parent_user_id: parent }) };
  const place = parent ? '_breakout_room' : '';
  return [
    {
      second: from,
      event: `meeting.participant_joined${place}`,
      object: { ...run, participant: { ...participant, join_time: at(from) } },
    },
    // Only the first of the two names the registrant.
    {
      second: to,
      event: `meeting.participant_left${place}`,
      object: {
        ...run,
        participant: { ...participant, registrant_id: null, user_id: sessionUserId, leave_time: at(to) },
      },
    },
  ];
}

export async function tell({ deps }: Pick<ToldScene, 'deps'>, { event, object }: Told): Promise<void> {
  // Each delivery has a body of its own, so that a repeat is not stopped at the door already.
  const nonce = randomBytes(8).toString('hex');
  const body = JSON.stringify({ event, event_ts: Date.now(), payload: { object }, nonce });
  await interpretWebhookEvent(deps, (await receiveEvent(deps, body)) ?? 0);
}

/** How many words of Zoom's there are of it. */
export function countEvents({ runs, former, host, students, stranger }: ModelClass): number {
  const parts = [host, ...students, stranger].flat().map(partsOf);
  const stays = parts.flatMap(({ inMeeting, inRooms }) => [...inMeeting, ...inRooms]);
  return 2 * (runs.length + stays.length) + (former ? 1 : 0);
}

/**
 * Tells all that, in that order. A class with two rooms gets the second when word comes that the first is gone: nothing of it
 * can come before.
 */
export async function tellAll(scene: ToldScene, room: ToldRoom, zoom: AtZoom, words: readonly Told[]): Promise<void> {
  const { former, meetingIds } = zoom;
  const gone = words.findIndex(({ event }) => event === 'meeting.deleted');
  if (!former || gone < 0) return tellEach(scene, words);
  // A class whose room has ended, as far as we know, is given to nobody else.
  const isTooSoon = (event: string) => former.why === 'teacher changed' && event === 'meeting.ended';
  const isEarly = ({ event, object }: Told) => 'id' in object && object.id === meetingIds.former && !isTooSoon(event);
  const before = words.slice(0, gone);
  await tellEach(scene, before.filter(isEarly));
  await replaceRoom(scene, room, zoom, former);
  await tellEach(scene, [...before.filter((word) => !isEarly(word)), ...words.slice(gone + 1)]);
}

async function tellEach(scene: ToldScene, words: readonly Told[]): Promise<void> {
  for (const word of words) await tell(scene, word);
}

async function replaceRoom(
  { deps, teacherId }: ToldScene,
  { classDate, passes }: ToldRoom,
  { meetingIds }: AtZoom,
  { why, until }: ModelFormer,
): Promise<void> {
  const then = { ...deps, clock: { now: () => at(until) } };
  if (why === 'teacher changed') {
    await changeTeacher(then, { classDateId: classDate.id, teacherId, force: true, notify: false }, THE_SYSTEM);
  }
  await tell({ deps: then }, { second: until, event: 'meeting.deleted', object: { id: meetingIds.former } });
  await classDate.reload();
  if (classDate.state === 'ended') throw new Error('The class has to go on in another room.');
  await buildMeeting(deps.encryption, classDate, { generation: 2, meetingId: meetingIds.last });
  if (classDate.state === 'preparing') await classDate.update({ state: 'ready' });
  for (const pass of passes) {
    await deps.db.transaction((transaction) => dropRegistrant(pass, transaction));
    await pass.update({ registrantId: registrantOf(pass, false) });
  }
}
