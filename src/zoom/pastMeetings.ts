import { z } from 'zod';
import { ZoomUnreachable } from './errors';
import type { TokenDeps } from './freshToken';
import { callZoom } from './request';

export interface PastMeeting {
  readonly uuid: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** One stay; the same person has several when they came and went. Zoom's reference promises none of it but the name. */
export interface PastParticipant {
  /** Zoom's per-join number, the same as in the webhooks of that stay. */
  readonly sessionUserId: string | null;
  /** of somebody who was signed in at Zoom */
  readonly zoomUserId: string | null;
  readonly name: string;
  readonly email: string | null;
  readonly registrantId: string | null;
  readonly joinTime: Date | null;
  /** null where Zoom says nothing, or that they left as they came: which it also does until it has worked the meeting through */
  readonly leaveTime: Date | null;
  readonly inWaitingRoom: boolean;
  /** as Zoom counts it: 0 until it has worked the meeting through; null where it says nothing */
  readonly seconds: number | null;
}

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const optionalText = z
  .union([z.string(), z.number(), z.null()])
  .optional()
  .transform((value) => (value === null || value === undefined || value === '' ? null : String(value)));

const pastMeetingSchema = z
  .object({ uuid: z.string(), start_time: instant, end_time: instant })
  .transform(({ uuid, start_time, end_time }) => ({ uuid, startedAt: start_time, endedAt: end_time }));

const participantsSchema = z.object({
  next_page_token: z.string().optional(),
  participants: z.array(
    z
      .object({
        id: optionalText,
        user_id: optionalText,
        name: z.string().default(''),
        user_email: optionalText,
        registrant_id: optionalText,
        join_time: instant.optional(),
        leave_time: instant.optional(),
        duration: z.number().optional(),
        status: optionalText,
      })
      .transform((row) => ({
        sessionUserId: row.user_id,
        zoomUserId: row.id,
        name: row.name,
        email: row.user_email,
        registrantId: row.registrant_id,
        joinTime: row.join_time ?? null,
        leaveTime: laterThan(row.leave_time, row.join_time),
        inWaitingRoom: row.status === 'in_waiting_room',
        seconds: row.duration ?? null,
      })),
  ),
});

const PAGE_SIZE = 300;
const MAX_PAGES = 40;

/** @param id a meeting's id (its last instance) or an instance's uuid */
export function pastMeeting(deps: TokenDeps, userId: number, id: string): Promise<PastMeeting> {
  return callZoom(deps, userId, {
    operation: 'pastMeetingDetails',
    method: 'GET',
    path: `/past_meetings/${encodeUuid(id)}`,
    schema: pastMeetingSchema,
  });
}

/** Everybody who was in one instance, all pages. Zoom has no list for a meeting of one person. */
export async function pastParticipants(deps: TokenDeps, userId: number, uuid: string): Promise<PastParticipant[]> {
  const found: PastParticipant[] = [];
  let next = '';
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const reply = await callZoom(deps, userId, {
      operation: 'pastMeetingParticipants',
      method: 'GET',
      path: `/past_meetings/${encodeUuid(uuid)}/participants`,
      query: { page_size: String(PAGE_SIZE), ...(next === '' ? {} : { next_page_token: next }) },
      schema: participantsSchema,
    });
    found.push(...reply.participants);
    next = reply.next_page_token ?? '';
    if (next === '') return found;
  }
  throw new ZoomUnreachable(`pastMeetingParticipants: more than ${MAX_PAGES * PAGE_SIZE} rows`);
}

/** A uuid that starts with `/` or contains `//` must be encoded twice, any other once. */
function encodeUuid(uuid: string): string {
  const once = encodeURIComponent(uuid);
  return uuid.startsWith('/') || uuid.includes('//') ? encodeURIComponent(once) : once;
}

function laterThan(leave: Date | undefined, join: Date | undefined): Date | null {
  return leave && (!join || leave > join) ? leave : null;
}
