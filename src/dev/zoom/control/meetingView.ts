import type { Instance, Meeting, Segment } from '../core/types';
import type { World } from '../core/world';
import { registrantLink } from '../api/links';

interface ParticipantView {
  readonly userId: string;
  readonly role: Segment['role'];
  readonly name: string;
  readonly email: string;
  readonly registrantId: string;
  readonly joinedAt: string;
  readonly leftAt: string | null;
  readonly inWaitingRoom: boolean;
}

interface RunView {
  readonly uuid: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly participants: ParticipantView[];
}

/** A meeting as this Zoom knows it, whoever may see it. */
export interface MeetingView {
  readonly id: number;
  readonly uuid: string;
  /** E-mail address of the host. */
  readonly host: string;
  readonly topic: string;
  readonly agenda: string;
  readonly startTime: string | null;
  readonly duration: number;
  readonly timezone: string;
  readonly createdAt: string;
  readonly deleted: boolean;
  readonly live: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly registrants: readonly { id: string; email: string; name: string; status: string; joinUrl: string }[];
  readonly invites: readonly string[];
  /** Oldest first; the last one is the one that goes on, if `live`. */
  readonly runs: RunView[];
}

export function viewMeeting(world: World, meeting: Meeting): MeetingView {
  return {
    id: meeting.id,
    uuid: meeting.uuid,
    host: world.user(meeting.hostId)?.email ?? meeting.hostId,
    topic: meeting.topic,
    agenda: meeting.agenda,
    startTime: meeting.startsAt === null ? null : world.clock.iso(meeting.startsAt),
    duration: meeting.duration,
    timezone: meeting.timezone,
    createdAt: world.clock.iso(meeting.createdAt),
    deleted: meeting.deleted,
    live: meeting.live,
    settings: meeting.settings,
    registrants: [...meeting.registrants.values()].map((registrant) => ({
      id: registrant.id,
      email: registrant.email,
      name: `${registrant.firstName} ${registrant.lastName}`.trim(),
      status: registrant.status,
      joinUrl: registrantLink(world, meeting, registrant),
    })),
    invites: [...meeting.invites.values()].map((invite) => invite.name),
    runs: world.state.instancesOf(meeting).map((instance) => viewRun(world, instance)),
  };
}

function viewRun(world: World, instance: Instance): RunView {
  return {
    uuid: instance.uuid,
    startedAt: world.clock.iso(instance.startedAt),
    endedAt: instance.endedAt === null ? null : world.clock.iso(instance.endedAt),
    participants: instance.segments.map((segment) => ({
      userId: segment.userId,
      role: segment.role,
      name: segment.name,
      email: segment.email,
      registrantId: segment.registrantId,
      joinedAt: world.clock.iso(segment.joinedAt),
      leftAt: segment.leftAt === null ? null : world.clock.iso(segment.leftAt),
      inWaitingRoom: segment.admittedAt === null,
    })),
  };
}
