import type { ApiCall } from './call';
import { invalidMeetingId, meetingNotFound, paidOnly, ZoomApiError } from './errors';
import type { Instance, Meeting } from '../core/types';

/** The meeting named in the path, which must be the caller's own. */
export function ownMeeting(call: ApiCall): Meeting {
  const text = call.params.meetingId ?? '';
  if (!/^\d{9,11}$/.test(text)) throw invalidMeetingId();
  const meeting = call.world.state.meetings.get(Number(text));
  if (!meeting || meeting.deleted) throw meetingNotFound(text);
  refuseStranger(call, meeting);
  return meeting;
}

/**
 * The ended run named in the path, by meeting id (its last run) or by uuid. A uuid that starts with a slash or has two
 * in a row must come encoded twice: encoded once, Zoom's gateway takes the slashes for path separators.
 */
export function endedInstance(call: ApiCall): { meeting: Meeting; instance: Instance } {
  const { state } = call.world;
  const named = call.params.meetingId ?? '';
  const instance = /^\d{9,11}$/.test(named) ? lastEnded(call, Number(named)) : state.instances.get(decodeUuid(named));
  const meeting = instance && state.meetings.get(instance.meetingId);
  if (!instance || !meeting || instance.endedAt === null) throw meetingNotFound(named);
  refuseStranger(call, meeting);
  if (call.world.clock.now() - instance.endedAt > YEAR_MS) {
    throw new ZoomApiError(400, 12702, 'Can not access a meeting a year ago.');
  }
  return { meeting, instance };
}

export function refuseBasic(call: ApiCall): void {
  if (call.user.type === 1) throw paidOnly(call.user.accountId);
}

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

function refuseStranger(call: ApiCall, meeting: Meeting): void {
  if (meeting.hostId === call.user.id) return;
  if (meeting.accountId !== call.user.accountId) throw meetingNotFound(meeting.id);
  throw new ZoomApiError(400, 3000, 'Cannot access meeting info.');
}

function lastEnded(call: ApiCall, id: number): Instance | undefined {
  const meeting = call.world.state.meetings.get(id);
  if (!meeting) return undefined;
  return call.world.state
    .instancesOf(meeting)
    .filter((instance) => instance.endedAt !== null)
    .at(-1);
}

function decodeUuid(once: string): string {
  if (once.startsWith('/') || once.includes('//')) throw meetingNotFound(once);
  try {
    return decodeURIComponent(once);
  } catch {
    throw invalidMeetingId();
  }
}
