import type { Instance, Meeting, Registrant, Segment } from '../core/types';
import type { World } from '../core/world';
import { registrantLink } from '../api/links';

/** Sends an event about a meeting, unless this Zoom would not tell the app about that host. */
export function emitMeetingEvent(
  world: World,
  meeting: Meeting,
  event: string,
  payload: object,
  beside: object = {},
): void {
  if (!hears(world, meeting)) return;
  const host = world.user(meeting.hostId);
  world.webhooks.emit(
    event,
    { account_id: meeting.accountId, ...payload },
    { hosts: [meeting.hostId, host?.email ?? ''], meetingId: meeting.id, beside },
  );
}

/** The object of started, ended and participant events: there the id is a string. */
function runObject(world: World, meeting: Meeting, instance: Instance) {
  return {
    id: String(meeting.id),
    uuid: instance.uuid,
    host_id: meeting.hostId,
    topic: meeting.topic,
    type: meeting.type,
    start_time: world.clock.iso(instance.startedAt),
    timezone: meeting.timezone,
    duration: meeting.duration,
  };
}

/** The object of created, updated and deleted events: there the id is a number. */
export function meetingObject(world: World, meeting: Meeting) {
  return {
    uuid: meeting.uuid,
    id: meeting.id,
    host_id: meeting.hostId,
    topic: meeting.topic,
    type: meeting.type,
    ...(meeting.startsAt === null ? {} : { start_time: world.clock.iso(meeting.startsAt) }),
    duration: meeting.duration,
    timezone: meeting.timezone,
  };
}

export function emitRunEvent(
  world: World,
  meeting: Meeting,
  instance: Instance,
  event: string,
  extra: object = {},
): void {
  emitMeetingEvent(world, meeting, event, { object: { ...runObject(world, meeting, instance), ...extra } });
}

export function emitParticipantEvent(
  world: World,
  meeting: Meeting,
  instance: Instance,
  event: string,
  segment: Segment,
  extra: object = {},
): void {
  const participant = { ...participantObject(world, meeting, segment), ...extra };
  emitRunEvent(world, meeting, instance, event, { participant });
}

/** Somebody stands before a meeting that has not begun, or has got in once it had. */
export function emitBeforeHostEvent(
  world: World,
  meeting: Meeting,
  event: 'jbh_waiting' | 'jbh_joined',
  who: { readonly name: string; readonly zoomUserId?: string },
): void {
  const participant = { id: who.zoomUserId ?? '', user_name: who.name, customer_key: '' };
  const object = { ...meetingObject(world, meeting), id: String(meeting.id), participant };
  emitMeetingEvent(world, meeting, `meeting.participant_${event}`, { object });
}

/** Events that a user's edit causes carry who did it. */
export function emitEditEvent(world: World, meeting: Meeting, event: string, extra: object): void {
  const host = world.user(meeting.hostId);
  emitMeetingEvent(world, meeting, event, { operator: host?.email ?? '', operator_id: meeting.hostId, ...extra });
}

export function emitRegistrationEvent(world: World, meeting: Meeting, event: string, registrant: Registrant): void {
  emitMeetingEvent(world, meeting, event, {
    object: {
      ...meetingObject(world, meeting),
      registrant: {
        id: registrant.id,
        first_name: registrant.firstName,
        last_name: registrant.lastName,
        email: registrant.email,
        status: registrant.status,
        ...(registrant.status === 'approved' ? { join_url: registrantLink(world, meeting, registrant) } : {}),
      },
    },
  });
}

function participantObject(world: World, meeting: Meeting, segment: Segment) {
  const hidden = world.behaviour.hidePersonalData;
  return {
    user_id: segment.userId,
    user_name: hidden ? '' : segment.name,
    ...signedInFields(world, segment),
    ...(world.behaviour.omitParticipantUuid ? {} : { participant_uuid: segment.participantUuid }),
    email: hidden || !emailIsShown(world, meeting, segment) ? '' : segment.email,
    ...registrantField(world, segment),
    customer_key: '',
    phone_number: segment.phoneNumber,
  };
}

/** For a guest the ids of a signed-in user are empty or missing; both have been seen. */
function signedInFields(world: World, segment: Segment) {
  if (segment.zoomUserId) return { id: segment.zoomUserId, participant_user_id: segment.zoomUserId };
  return world.variety.pick({ id: '', participant_user_id: '' }, { id: '' }, {});
}

/** null, "" and a missing key have all been seen for people who did not register. */
function registrantField(world: World, segment: Segment) {
  if (segment.registrantId) return { registrant_id: segment.registrantId };
  return world.variety.pick<object>({ registrant_id: null }, { registrant_id: '' }, {});
}

/** Zoom's rule since 2022: registered, or signed in to the host's account, or invited by calendar; else hidden. */
function emailIsShown(world: World, meeting: Meeting, segment: Segment): boolean {
  if (segment.registrantId) return true;
  if (segment.zoomUserId && world.user(segment.zoomUserId)?.accountId === meeting.accountId) return true;
  const invitees = meeting.settings.meeting_invitees;
  return Array.isArray(invitees) && invitees.some((invitee: unknown) => hasEmail(invitee, segment.email));
}

function hasEmail(invitee: unknown, email: string): boolean {
  return typeof invitee === 'object' && invitee !== null && 'email' in invitee && invitee.email === email;
}

function hears(world: World, meeting: Meeting): boolean {
  if (world.state.grants.has(meeting.hostId)) return true;
  if (world.behaviour.webhookAudience === 'connected') return false;
  return [...world.state.grants.keys()].some((userId) => world.user(userId)?.accountId === meeting.accountId);
}
