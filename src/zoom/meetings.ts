import { z } from 'zod';
import { ZoomUnreachable } from './errors';
import type { TokenDeps } from './freshToken';
import { callZoom } from './request';

/** What a class wants of its meeting. */
export interface MeetingRequest {
  readonly topic: string;
  readonly startsAt: Date;
  readonly durationMinutes: number;
  /** IANA */
  readonly timeZone: string;
  readonly agenda: string;
  /** Registrants get links of their own; only a licensed host may have them. */
  readonly registration: boolean;
}

export interface CreatedMeeting {
  /** Zoom sends it as a number here and as a string in webhooks; ours is always a string. */
  readonly meetingId: string;
  readonly joinUrl: string;
  readonly startUrl: string;
  /** What Zoom made of our wish: an account's locked settings may have overridden it. */
  readonly registration: boolean;
}

export interface ExistingMeeting extends CreatedMeeting {
  readonly status: 'waiting' | 'started';
  /** null where Zoom did not say */
  readonly startsAt: Date | null;
  readonly durationMinutes: number | null;
}

export interface ListedMeeting {
  readonly meetingId: string;
  readonly agenda: string;
  readonly createdAt: Date;
}

const TOPIC_MAX = 200;
const NO_REGISTRATION = 2;
const AUTOMATIC_APPROVAL = 0;
const SCHEDULED = 2;

const meetingId = z.union([z.number().int(), z.string()]).transform(String);

const meetingSchema = z
  .object({
    id: meetingId,
    join_url: z.url(),
    start_url: z.url(),
    status: z.string().optional(),
    start_time: z.iso.datetime({ offset: true }).optional().catch(undefined),
    duration: z.number().optional().catch(undefined),
    settings: z.object({ approval_type: z.number().optional() }).optional(),
  })
  .transform((meeting) => ({
    meetingId: meeting.id,
    joinUrl: meeting.join_url,
    startUrl: meeting.start_url,
    status: meeting.status === 'started' ? ('started' as const) : ('waiting' as const),
    startsAt: meeting.start_time === undefined ? null : new Date(meeting.start_time),
    durationMinutes: meeting.duration ?? null,
    registration: (meeting.settings?.approval_type ?? NO_REGISTRATION) !== NO_REGISTRATION,
  }));

const listSchema = z.object({
  next_page_token: z.string().optional(),
  meetings: z.array(
    z
      .object({ id: meetingId, agenda: z.string().default(''), created_at: z.string().optional() })
      .transform(({ id, agenda, created_at }) => ({
        meetingId: id,
        agenda,
        createdAt: new Date(created_at ?? 0),
      })),
  ),
});

const PAGE_SIZE = 300;
const MAX_PAGES = 40;

const nothing = z.unknown();

/** Never sent twice by us: without an idempotency key a repeat would make a second meeting. */
export function createMeeting(deps: TokenDeps, userId: number, request: MeetingRequest): Promise<CreatedMeeting> {
  return callZoom(deps, userId, {
    operation: 'meetingCreate',
    method: 'POST',
    path: '/users/me/meetings',
    body: { type: SCHEDULED, ...meetingBody(request) },
    schema: meetingSchema,
  });
}

export function getMeeting(deps: TokenDeps, userId: number, id: string): Promise<ExistingMeeting> {
  return callZoom(deps, userId, { operation: 'meeting', method: 'GET', path: meetingPath(id), schema: meetingSchema });
}

export async function updateMeeting(
  deps: TokenDeps,
  userId: number,
  id: string,
  request: MeetingRequest,
): Promise<void> {
  await callZoom(deps, userId, {
    operation: 'meetingUpdate',
    method: 'PATCH',
    path: meetingPath(id),
    body: meetingBody(request),
    schema: nothing,
  });
}

export async function deleteMeeting(deps: TokenDeps, userId: number, id: string): Promise<void> {
  await callZoom(deps, userId, {
    operation: 'meetingDelete',
    method: 'DELETE',
    path: meetingPath(id),
    // We mail people ourselves.
    query: { schedule_for_reminder: 'false', cancel_meeting_reminder: 'false' },
    schema: nothing,
  });
}

/** All of the teacher's meetings that have not expired, whoever made them. */
export async function listMeetings(
  deps: TokenDeps,
  userId: number,
  type: 'scheduled' | 'live',
): Promise<ListedMeeting[]> {
  const found: ListedMeeting[] = [];
  let next = '';
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const reply = await callZoom(deps, userId, {
      operation: 'meetings',
      method: 'GET',
      path: '/users/me/meetings',
      query: { type, page_size: String(PAGE_SIZE), ...(next === '' ? {} : { next_page_token: next }) },
      schema: listSchema,
    });
    found.push(...reply.meetings);
    next = reply.next_page_token ?? '';
    if (next === '') return found;
  }
  throw new ZoomUnreachable(`meetings: more than ${MAX_PAGES * PAGE_SIZE} meetings`);
}

export function meetingPath(id: string): string {
  return `/meetings/${encodeURIComponent(id)}`;
}

/**
 * start_time is UTC with whole seconds: offsets and milliseconds lead to wrong times (calcom/cal.diy#6928, #7820).
 * Students wait for the host; Zoom sends nobody a mail.
 */
export function meetingBody({ topic, startsAt, durationMinutes, timeZone, agenda, registration }: MeetingRequest) {
  return {
    topic: topic.slice(0, TOPIC_MAX),
    start_time: `${startsAt.toISOString().slice(0, 19)}Z`,
    duration: durationMinutes,
    timezone: timeZone,
    agenda,
    settings: {
      host_video: true,
      participant_video: false,
      join_before_host: false,
      waiting_room: false,
      mute_upon_entry: true,
      approval_type: registration ? AUTOMATIC_APPROVAL : NO_REGISTRATION,
      registrants_confirmation_email: false,
      registrants_email_notification: false,
      email_notification: false,
      auto_recording: 'none',
    },
  };
}
