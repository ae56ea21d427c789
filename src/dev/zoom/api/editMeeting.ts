import { DEFAULT_TIMEZONE, type SimulatedUser } from '../options';
import type { Meeting } from '../core/types';
import type { World } from '../core/world';
import { emitEditEvent, meetingObject } from '../live/events';
import { endMeeting } from '../live/meetingLife';
import { DEFAULT_SETTINGS, knownSettings, type MeetingBody } from './meetingBody';
import { newMeetingId, newUuid } from './newIds';
import { readStartTime } from './startTime';
import { plainLink } from './links';

const DEFAULT_DURATION_MINUTES = 60;

/** A meeting without a fixed time. */
const TYPE_NO_TIME = 3;

export function addMeeting(
  world: World,
  host: SimulatedUser,
  body: MeetingBody,
  creationSource: Meeting['creationSource'],
): Meeting {
  const now = world.clock.now();
  const timezone = body.timezone ?? host.timezone ?? DEFAULT_TIMEZONE;
  const type = body.type ?? 2;
  const asked = body.start_time === undefined ? now : readStartTime(body.start_time, timezone);
  const meeting: Meeting = {
    id: newMeetingId(world.ids, world.state),
    uuid: newUuid(world.ids),
    hostId: host.id,
    accountId: host.accountId,
    topic: body.topic ?? 'Zoom Meeting',
    type,
    // A start in the past is taken for "now".
    startsAt: type === TYPE_NO_TIME ? null : Math.max(asked, now),
    duration: body.duration ?? DEFAULT_DURATION_MINUTES,
    timezone,
    agenda: body.agenda ?? '',
    createdAt: now,
    creationSource,
    password: body.password || String(world.ids.integer(100_000, 999_999)),
    encryptedPassword: `${world.ids.word(30)}.1`,
    registrationKey: world.ids.word(22),
    settings: lockedOver(world, host.accountId, { ...DEFAULT_SETTINGS, ...knownSettings(body.settings) }),
    trackingFields: body.tracking_fields ?? [],
    deleted: false,
    live: false,
    instances: [],
    registrants: new Map(),
    invites: new Map(),
  };
  world.state.addMeeting(meeting);
  const object = { ...meetingObject(world, meeting), join_url: plainLink(world, meeting), password: meeting.password };
  emitEditEvent(world, meeting, 'meeting.created', { operation: 'all', object });
  world.changed();
  return meeting;
}

/** Changes what is named and tells of what has changed; a start in the past is ignored. */
export function changeMeeting(world: World, meeting: Meeting, body: MeetingBody): void {
  const before = editable(world, meeting);
  if (body.timezone !== undefined) meeting.timezone = body.timezone;
  if (body.start_time !== undefined) {
    const startsAt = readStartTime(body.start_time, meeting.timezone);
    if (startsAt >= world.clock.now()) meeting.startsAt = startsAt;
  }
  meeting.topic = body.topic ?? meeting.topic;
  meeting.type = body.type ?? meeting.type;
  meeting.duration = body.duration ?? meeting.duration;
  meeting.agenda = body.agenda ?? meeting.agenda;
  meeting.password = body.password ?? meeting.password;
  meeting.trackingFields = body.tracking_fields ?? meeting.trackingFields;
  const settings = { ...meeting.settings, ...knownSettings(body.settings) };
  meeting.settings = lockedOver(world, meeting.accountId, settings);
  tellChanges(world, meeting, before);
  world.changed();
}

export function removeMeeting(world: World, meeting: Meeting): void {
  endMeeting(world, meeting);
  meeting.deleted = true;
  const object = { ...meetingObject(world, meeting), occurrences: [] };
  emitEditEvent(world, meeting, 'meeting.deleted', { operation: 'all', object });
  world.changed();
}

function lockedOver(world: World, accountId: string, settings: Record<string, unknown>): Record<string, unknown> {
  return { ...settings, ...world.behaviour.lockedSettings[accountId] };
}

function editable(world: World, meeting: Meeting): Record<string, unknown> {
  return {
    topic: meeting.topic,
    type: meeting.type,
    ...(meeting.startsAt === null ? {} : { start_time: world.clock.iso(meeting.startsAt) }),
    duration: meeting.duration,
    timezone: meeting.timezone,
    agenda: meeting.agenda,
    password: meeting.password,
    settings: { ...meeting.settings },
  };
}

function tellChanges(world: World, meeting: Meeting, before: Record<string, unknown>): void {
  const after = editable(world, meeting);
  const changed = Object.keys(after).filter((key) => JSON.stringify(after[key]) !== JSON.stringify(before[key]));
  if (changed.length === 0) return;
  const only = (fields: Record<string, unknown>) => Object.fromEntries(changed.map((key) => [key, fields[key]]));
  const names = { id: meeting.id, uuid: meeting.uuid, host_id: meeting.hostId };
  emitEditEvent(world, meeting, 'meeting.updated', {
    scope: 'all',
    operation: 'all',
    object: { ...names, ...only(after) },
    old_object: { ...names, ...only(before) },
    time_stamp: world.clock.now(),
  });
}
