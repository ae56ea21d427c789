import type { Instance, Meeting, ParticipantRole, Segment } from '../core/types';
import { UnknownToZoom, type World } from '../core/world';
import { newUuid } from '../api/newIds';
import { emitParticipantEvent } from './events';
import { emitLeft, endMeeting } from './meetingLife';

export interface Person {
  readonly role: ParticipantRole;
  /** The same for every stay and device of one person. */
  readonly person: string;
  readonly name: string;
  readonly zoomUserId?: string;
  readonly email?: string;
  readonly registrantId?: string;
  readonly phoneNumber?: string;
}

/** The user ids that Zoom gives out rise in steps. */
const USER_ID_STEP = 1024;

/** Lets a person into the run, or into its waiting room where there is one. */
export function joinMeeting(world: World, meeting: Meeting, instance: Instance, who: Person): Segment {
  const now = world.clock.now();
  const waits = meeting.settings.waiting_room === true && who.role !== 'host' && who.zoomUserId !== meeting.hostId;
  const segment: Segment = {
    userId: String(instance.nextUserId),
    person: who.person,
    participantUuid: participantUuid(world, instance, who.person),
    role: who.role,
    name: who.name,
    zoomUserId: who.zoomUserId ?? '',
    email: who.email ?? '',
    registrantId: who.registrantId ?? '',
    phoneNumber: who.phoneNumber ?? '',
    joinedAt: now,
    admittedAt: waits ? null : now,
    leftAt: null,
    leaveReason: '',
    breakoutRoom: null,
  };
  instance.nextUserId += USER_ID_STEP;
  instance.segments.push(segment);
  if (waits) emitWaiting(world, meeting, instance, 'meeting.participant_joined_waiting_room', segment);
  else emitJoined(world, meeting, instance, segment);
  return segment;
}

export function admit(world: World, meeting: Meeting, segment: Segment): void {
  const instance = runOf(world, meeting);
  if (segment.admittedAt !== null || segment.leftAt !== null) return;
  segment.admittedAt = world.clock.now();
  emitWaiting(world, meeting, instance, 'meeting.participant_admitted', segment);
  emitJoined(world, meeting, instance, segment);
}

/** Back into the waiting room: a stay ends, and with admission another begins. */
export function putInWaitingRoom(world: World, meeting: Meeting, segment: Segment): Segment {
  const instance = runOf(world, meeting);
  segment.leftAt = world.clock.now();
  segment.leaveReason = 'left the meeting. Reason : Host moved the participant to the waiting room.';
  emitLeft(world, meeting, instance, segment);
  const waiting: Segment = {
    ...segment,
    userId: String(instance.nextUserId),
    joinedAt: world.clock.now(),
    admittedAt: null,
    leftAt: null,
    leaveReason: '',
  };
  instance.nextUserId += USER_ID_STEP;
  instance.segments.push(waiting);
  emitWaiting(world, meeting, instance, 'meeting.participant_put_in_waiting_room', waiting);
  return waiting;
}

/** The last one to leave ends the meeting. */
export function leave(world: World, meeting: Meeting, segment: Segment): void {
  if (segment.leftAt !== null) return;
  const instance = runOf(world, meeting);
  segment.leftAt = world.clock.now();
  segment.leaveReason = `${segment.name} left the meeting. Reason : left the meeting.`;
  emitLeft(world, meeting, instance, segment);
  if (!instance.segments.some((other) => other.leftAt === null)) endMeeting(world, meeting);
  world.changed();
}

/** A connection lost without a goodbye: Zoom notices, and tells, 60 to 90 s later. */
export function drop(world: World, meeting: Meeting, segment: Segment): void {
  const instance = runOf(world, meeting);
  segment.leftAt = world.clock.now();
  segment.leaveReason = `${segment.name} left the meeting. Reason : network connection error.`;
  const [least, most] = world.behaviour.lateLeftMs;
  const delayMs = world.variety.integer(least, most) * world.settings.webhookRetryScale;
  world.clock.after(delayMs, () => {
    emitLeft(world, meeting, instance, segment);
    const empty = !instance.segments.some((other) => other.leftAt === null);
    if (empty && world.state.liveInstance(meeting) === instance) endMeeting(world, meeting);
  });
  world.changed();
}

/** @throws UnknownToZoom */
export function segmentOf(world: World, meeting: Meeting, userId: string): Segment {
  const found = runOf(world, meeting).segments.find((segment) => segment.userId === userId);
  if (!found) throw new UnknownToZoom(`Nobody with user_id ${userId} is in meeting ${meeting.id}.`);
  return found;
}

/** @throws UnknownToZoom when the meeting is not going on */
export function runOf(world: World, meeting: Meeting): Instance {
  const instance = world.state.liveInstance(meeting);
  if (!instance) throw new UnknownToZoom(`Meeting ${meeting.id} is not going on; start it first.`);
  return instance;
}

function emitJoined(world: World, meeting: Meeting, instance: Instance, segment: Segment): void {
  const joinTime = world.clock.iso(segment.admittedAt ?? segment.joinedAt);
  emitParticipantEvent(world, meeting, instance, 'meeting.participant_joined', segment, { join_time: joinTime });
}

function emitWaiting(world: World, meeting: Meeting, instance: Instance, event: string, segment: Segment): void {
  emitParticipantEvent(world, meeting, instance, event, segment, { date_time: world.clock.iso() });
}

function participantUuid(world: World, instance: Instance, person: string): string {
  const known = instance.people.get(person);
  if (known) return known;
  const uuid = newUuid(world.ids);
  instance.people.set(person, uuid);
  return uuid;
}
