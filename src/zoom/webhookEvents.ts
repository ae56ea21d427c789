import { z } from 'zod';
import { maybeInstant, optionalId, optionalText, uuid } from './fields';
import type { Segment } from '../domain/segments';

/** The events to tick in the Zoom app: each by Zoom's two names for it, and what we do with it. */
export const USED_EVENTS = [
  { event: 'meeting.started', title: 'Start Meeting', reason: 'the class is live' },
  { event: 'meeting.ended', title: 'End Meeting', reason: 'the class is over, or the host has left' },
  { event: 'meeting.updated', title: 'Meeting has been updated', reason: 'somebody moved the room at Zoom' },
  { event: 'meeting.deleted', title: 'Meeting has been deleted', reason: 'somebody deleted the room; we make another' },
  {
    event: 'meeting.permanently_deleted',
    title: 'Meeting has been permanently deleted',
    reason: 'the same, from Zoom’s trash',
  },
  {
    event: 'meeting.participant_joined',
    title: 'Participant/Host joined meeting',
    reason: 'somebody came: attendance',
  },
  { event: 'meeting.participant_left', title: 'Participant/Host left meeting', reason: 'somebody left: attendance' },
  {
    event: 'meeting.participant_joined_breakout_room',
    title: 'Participant/Host joined breakout room',
    reason: 'somebody works in a smaller group: still there',
  },
  {
    event: 'meeting.participant_left_breakout_room',
    title: 'Participant/Host left breakout room',
    reason: 'the same',
  },
  {
    event: 'meeting.participant_bind',
    title: 'Participant joined by phone, bound to an attendee',
    reason: 'whose telephone it is',
  },
  {
    event: 'meeting.participant_joined_waiting_room',
    title: 'Participant joined waiting room',
    reason: 'somebody waits to be let in, where a Zoom account insists on waiting rooms: shown, not counted',
  },
  {
    event: 'meeting.participant_put_in_waiting_room',
    title: 'Participant put in waiting room',
    reason: 'the same',
  },
  { event: 'meeting.participant_admitted', title: 'Participant admitted', reason: 'the teacher let them in' },
  {
    event: 'meeting.participant_left_waiting_room',
    title: 'Participant left waiting room',
    reason: 'they gave up waiting',
  },
] as const;

/** What we read of Zoom's webhooks. Ids come as strings or as numbers, absent things as null, "" or not at all. */
const id = z.union([z.string(), z.number().int()]).transform(String);
const meetingId = id.pipe(z.string().regex(/^\d{1,20}$/));

const envelopeSchema = z.object({
  event: z.string().min(1),
  event_ts: z.coerce.number().optional().catch(undefined),
  payload: z.looseObject({ object: z.looseObject({ id: z.unknown() }).optional().catch(undefined) }).nullish(),
});

export interface Envelope {
  readonly event: string;
  /** null where Zoom did not say */
  readonly eventAt: Date | null;
  /** Zoom's meeting id, where the event is about a meeting */
  readonly meetingId: string | null;
  readonly plainToken: unknown;
}

const EVENT_NAME_MAX = 64;
const LATEST_MS = Date.UTC(9999, 0);

/** The part that every event has; null when it is not an event at all. */
export function parseEnvelope(body: unknown): Envelope | null {
  const parsed = envelopeSchema.safeParse(body);
  if (!parsed.success) return null;
  const { event, event_ts: ms, payload } = parsed.data;
  const known = meetingId.safeParse(payload?.object?.id);
  return {
    event: event.replace(/[^\x21-\x7e]/g, '?').slice(0, EVENT_NAME_MAX),
    eventAt: ms !== undefined && ms > 0 && ms < LATEST_MS ? new Date(ms) : null,
    meetingId: known.success ? known.data : null,
    plainToken: payload?.['plainToken'],
  };
}

const runObject = z.object({ uuid, start_time: maybeInstant });

const startedSchema = z.object({ payload: z.object({ object: runObject }) });
const endedSchema = z.object({ payload: z.object({ object: runObject.extend({ end_time: maybeInstant }) }) });
const updatedObject = z.object({
  start_time: maybeInstant,
  duration: z.coerce.number().optional().catch(undefined),
});
const updatedSchema = z.object({ payload: z.object({ object: updatedObject }) });
/** Zoom's number for one stay. */
const sessionUserId = id.pipe(z.string().regex(/^[\x21-\x7e]{1,32}$/));
const maybeSessionUserId = z
  .union([sessionUserId, z.literal('')])
  .nullish()
  .transform((text) => text || null);
const participantSchema = z.object({
  payload: z.object({
    object: z.object({
      uuid,
      host_id: optionalId,
      participant: z.object({
        user_id: sessionUserId,
        parent_user_id: maybeSessionUserId,
        bind_user_id: maybeSessionUserId,
        id: optionalId,
        participant_user_id: optionalId,
        participant_uuid: optionalId,
        registrant_id: optionalId,
        user_name: optionalText(255),
        email: optionalText(254),
        join_time: maybeInstant,
        leave_time: maybeInstant,
      }),
    }),
  }),
});

/** In the waiting room the one instant is `date_time`, whatever happened at it. */
const waitSchema = z.object({
  payload: z.object({
    object: z.object({
      uuid,
      participant: z.object({
        user_id: sessionUserId,
        id: optionalId,
        registrant_id: optionalId,
        user_name: optionalText(255),
        email: optionalText(254),
        date_time: maybeInstant,
      }),
    }),
  }),
});

export interface RunEvent {
  readonly kind: 'run';
  readonly event: 'started' | 'ended';
  readonly uuid: string;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

export interface ParticipantEvent {
  readonly kind: 'participant';
  readonly uuid: string;
  readonly hostId: string | null;
  /** Zoom's number for this one stay; a person who comes back gets another */
  readonly sessionUserId: string;
  readonly told: Segment;
}

/** What is null was not changed. */
export interface UpdatedEvent {
  readonly kind: 'updated';
  readonly startsAt: Date | null;
  readonly durationMinutes: number | null;
}

/** One of the two instants is null. */
export interface WaitEvent {
  readonly kind: 'wait';
  readonly uuid: string;
  readonly sessionUserId: string;
  readonly who: Pick<Segment, 'registrantId' | 'zoomUserId' | 'userName' | 'userEmail'>;
  readonly beganAt: Date | null;
  readonly endedAt: Date | null;
}

export type MeetingEvent =
  | RunEvent
  | ParticipantEvent
  | WaitEvent
  | { readonly kind: 'deleted' }
  | UpdatedEvent
  /** acknowledged and kept, and nothing follows: registrations and whatever Zoom adds */
  | { readonly kind: 'other' };

/**
 * @param eventAt stands in for the instant that the event is about, where it does not name it
 * @throws ZodError when an event we act on is not as Zoom documents it
 */
export function parseMeetingEvent(event: string, eventAt: Date, body: unknown): MeetingEvent {
  if (PARTICIPANT_EVENTS.has(event)) return participantEvent(event, eventAt, body);
  const waits = WAIT_EVENTS.get(event);
  if (waits !== undefined) return waitEvent(waits, eventAt, body);
  switch (event) {
    case 'meeting.started': {
      const { object } = startedSchema.parse(body).payload;
      const startedAt = object.start_time ?? eventAt;
      return { kind: 'run', event: 'started', uuid: object.uuid, startedAt, endedAt: null };
    }
    case 'meeting.ended': {
      const { object } = endedSchema.parse(body).payload;
      const endedAt = object.end_time ?? eventAt;
      return { kind: 'run', event: 'ended', uuid: object.uuid, startedAt: object.start_time, endedAt };
    }
    case 'meeting.deleted':
    case 'meeting.permanently_deleted':
      return { kind: 'deleted' };
    case 'meeting.updated':
      return updatedEvent(body);
    default:
      return { kind: 'other' };
  }
}

const PARTICIPANT_EVENTS = new Set([
  'meeting.participant_joined',
  'meeting.participant_left',
  'meeting.participant_joined_breakout_room',
  'meeting.participant_left_breakout_room',
  'meeting.participant_bind',
]);

const WAIT_EVENTS: ReadonlyMap<string, 'begins' | 'ends'> = new Map([
  ['meeting.participant_joined_waiting_room', 'begins'],
  ['meeting.participant_put_in_waiting_room', 'begins'],
  ['meeting.participant_admitted', 'ends'],
  ['meeting.participant_left_waiting_room', 'ends'],
]);

function updatedEvent(body: unknown): UpdatedEvent {
  const { start_time: startsAt, duration } = updatedSchema.parse(body).payload.object;
  return { kind: 'updated', startsAt, durationMinutes: duration ?? null };
}

function waitEvent(waits: 'begins' | 'ends', eventAt: Date, body: unknown): WaitEvent {
  const { uuid: run, participant } = waitSchema.parse(body).payload.object;
  const at = participant.date_time ?? eventAt;
  return {
    kind: 'wait',
    uuid: run,
    sessionUserId: participant.user_id,
    who: {
      ...{ registrantId: participant.registrant_id, zoomUserId: participant.id },
      ...{ userName: participant.user_name, userEmail: participant.email },
    },
    beganAt: waits === 'begins' ? at : null,
    endedAt: waits === 'ends' ? at : null,
  };
}

function participantEvent(event: string, eventAt: Date, body: unknown): ParticipantEvent {
  const { uuid: run, host_id: hostId, participant } = participantSchema.parse(body).payload.object;
  const joined = !event.startsWith('meeting.participant_left');
  return {
    kind: 'participant',
    uuid: run,
    hostId,
    sessionUserId: participant.user_id,
    told: {
      parentSessionUserId: participant.parent_user_id ?? participant.bind_user_id,
      participantUuid: participant.participant_uuid,
      registrantId: participant.registrant_id,
      zoomUserId: participant.id ?? participant.participant_user_id,
      userName: participant.user_name,
      userEmail: participant.email,
      joinTime: joined ? (participant.join_time ?? eventAt) : null,
      leaveTime: joined ? null : (participant.leave_time ?? eventAt),
    },
  };
}
