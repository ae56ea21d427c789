import type { Meeting } from '../core/types';
import type { World } from '../core/world';
import { plainLink, registrationLink, startLink } from './links';

/** Lists show no more of an agenda than this. */
const LISTED_AGENDA_LENGTH = 250;

export function takesRegistration(meeting: Meeting): boolean {
  return meeting.settings.approval_type === 0 || meeting.settings.approval_type === 1;
}

export function presentMeeting(world: World, meeting: Meeting) {
  const host = world.user(meeting.hostId);
  return {
    uuid: meeting.uuid,
    id: meeting.id,
    host_id: meeting.hostId,
    host_email: host?.email ?? '',
    assistant_id: '',
    topic: meeting.topic,
    type: meeting.type,
    status: meeting.live ? 'started' : 'waiting',
    ...startTime(world, meeting),
    duration: meeting.duration,
    timezone: meeting.timezone,
    agenda: meeting.agenda,
    created_at: world.clock.iso(meeting.createdAt),
    start_url: startLink(world, meeting),
    join_url: plainLink(world, meeting),
    chat_join_url: `${world.url}/launch/jc/${meeting.id}`,
    ...(takesRegistration(meeting) ? { registration_url: registrationLink(world, meeting) } : {}),
    password: meeting.password,
    h323_password: meeting.password,
    pstn_password: meeting.password,
    encrypted_password: meeting.encryptedPassword,
    ...(meeting.trackingFields.length > 0 ? { tracking_fields: meeting.trackingFields } : {}),
    settings: meeting.settings,
    pre_schedule: false,
    dynamic_host_key: meeting.password,
    creation_source: meeting.creationSource,
  };
}

/** `uuid` and `startedAt` differ from the meeting's own for a run that is over. */
export function presentListed(world: World, meeting: Meeting, run?: { uuid: string; startedAt: number }) {
  return {
    uuid: run?.uuid ?? meeting.uuid,
    id: meeting.id,
    host_id: meeting.hostId,
    topic: meeting.topic,
    type: meeting.type,
    ...(run ? { start_time: world.clock.iso(run.startedAt) } : startTime(world, meeting)),
    duration: meeting.duration,
    timezone: meeting.timezone,
    agenda: meeting.agenda.slice(0, LISTED_AGENDA_LENGTH),
    created_at: world.clock.iso(meeting.createdAt),
    join_url: plainLink(world, meeting),
  };
}

function startTime(world: World, meeting: Meeting) {
  return meeting.startsAt === null ? {} : { start_time: world.clock.iso(meeting.startsAt) };
}
