import type { Instance, Meeting, Segment } from '../core/types';
import type { World } from '../core/world';
import { newUuid } from '../api/newIds';
import { emitParticipantEvent, emitRunEvent } from './events';
import { announceRecording } from './recording';

/** The first per-join user id of a run, and the step to the next, as seen in captures. */
const FIRST_USER_ID = 16_778_240;

/** Free accounts' meetings are cut after 40 minutes. */
const BASIC_LIMIT_MS = 40 * 60 * 1000;

/** The host already runs as many meetings as the plan allows. */
export class HostIsBusy extends Error {
  override readonly name = 'HostIsBusy';

  constructor(readonly running: Meeting) {
    super('You have a meeting that is currently in progress. End it to start a new one.');
  }
}

/** @throws HostIsBusy */
export function startMeeting(world: World, meeting: Meeting): Instance {
  const running = world.state.liveInstance(meeting);
  if (running) return running;
  refuseSecondMeeting(world, meeting);
  if (world.state.instances.has(meeting.uuid)) meeting.uuid = newUuid(world.ids);
  const instance: Instance = {
    uuid: meeting.uuid,
    meetingId: meeting.id,
    startedAt: world.clock.now(),
    endedAt: null,
    segments: [],
    people: new Map(),
    nextUserId: FIRST_USER_ID,
  };
  world.state.instances.set(instance.uuid, instance);
  meeting.instances.push(instance.uuid);
  meeting.live = true;
  emitRunEvent(world, meeting, instance, 'meeting.started');
  if (world.user(meeting.hostId)?.type === 1) cutAfterLimit(world, meeting, instance);
  world.changed();
  return instance;
}

/** Ends the run that goes on; false when none does. */
export function endMeeting(world: World, meeting: Meeting, reason = 'Host ended the meeting.'): boolean {
  const instance = world.state.liveInstance(meeting);
  if (!instance) return false;
  const now = world.clock.now();
  instance.endedAt = now;
  meeting.live = false;
  const present = instance.segments.filter((segment) => segment.leftAt === null);
  for (const segment of present) {
    segment.leftAt = now;
    segment.leaveReason = `left the meeting. Reason : ${reason}`;
  }
  const ended = () => emitRunEvent(world, meeting, instance, 'meeting.ended', { end_time: world.clock.iso(now) });
  if (world.behaviour.endedBeforeLeft) ended();
  for (const segment of present) emitLeft(world, meeting, instance, segment);
  if (!world.behaviour.endedBeforeLeft) ended();
  announceRecording(world, meeting, instance);
  world.changed();
  return true;
}

export function emitLeft(world: World, meeting: Meeting, instance: Instance, segment: Segment): void {
  const inside = segment.admittedAt !== null;
  const event = inside ? 'meeting.participant_left' : 'meeting.participant_left_waiting_room';
  const leftAt = world.clock.iso(segment.leftAt ?? world.clock.now());
  const extra = inside ? { leave_time: leftAt, leave_reason: segment.leaveReason } : { date_time: leftAt };
  emitParticipantEvent(world, meeting, instance, event, segment, extra);
}

/** Scheduling overlaps is allowed; running them is not: one at a time, two on Business. */
function refuseSecondMeeting(world: World, meeting: Meeting): void {
  const allowed = world.user(meeting.hostId)?.plan === 'business' ? 2 : 1;
  const running = world.state.meetingsOf(meeting.hostId).filter((other) => other.live);
  if (running[0] && running.length >= allowed) throw new HostIsBusy(running[0]);
}

/** After a restart of the simulator: meetings of Basic hosts that still run are cut when their time is up. */
export function resumeLimits(world: World): void {
  for (const meeting of world.state.meetings.values()) {
    const instance = world.state.liveInstance(meeting);
    if (instance && world.user(meeting.hostId)?.type === 1) cutAfterLimit(world, meeting, instance);
  }
}

function cutAfterLimit(world: World, meeting: Meeting, instance: Instance): void {
  const leftMs = instance.startedAt + BASIC_LIMIT_MS - world.clock.now();
  world.clock.after(leftMs, () => {
    if (world.state.liveInstance(meeting) === instance) endMeeting(world, meeting, 'Free meeting timed out.');
  });
}
