import { z } from 'zod';
import { ZoomPageExpired, ZoomRefused, ZoomUnreachable } from './errors';
import { instant, maybeInstant, optionalId, optionalText, uuid } from './fields';
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
  /** whether their leaving is told as of the second they came in */
  readonly leftAtOnce: boolean;
  readonly inWaitingRoom: boolean;
  /** as Zoom counts it: 0 until it has worked the meeting through; null where it says nothing */
  readonly seconds: number | null;
}

const pastMeetingSchema = z
  .object({ uuid, start_time: instant, end_time: instant })
  .transform(({ start_time, end_time, ...rest }) => ({ ...rest, startedAt: start_time, endedAt: end_time }));

/** What cannot be read of one row is not known, and loses neither the rest of it nor the others. */
const participantSchema = z
  .object({
    id: optionalId.catch(null),
    user_id: optionalText(32).catch(null),
    name: optionalText(255).catch(null),
    user_email: optionalText(254).catch(null),
    registrant_id: optionalId.catch(null),
    join_time: maybeInstant.catch(null),
    leave_time: maybeInstant.catch(null),
    duration: z.number().nullish().catch(null),
    status: optionalText(32).catch(null),
  })
  .transform((row): PastParticipant => ({
    sessionUserId: row.user_id !== null && /^[\x21-\x7e]+$/.test(row.user_id) ? row.user_id : null,
    zoomUserId: row.id,
    name: row.name ?? '',
    email: row.user_email,
    registrantId: row.registrant_id,
    joinTime: row.join_time,
    leaveTime: laterThan(row.leave_time, row.join_time),
    leftAtOnce: Boolean(row.join_time && row.leave_time && row.leave_time <= row.join_time),
    inWaitingRoom: row.status === 'in_waiting_room',
    seconds: row.duration ?? null,
  }));

export const participantsSchema = z.object({
  next_page_token: z.string().nullish(),
  participants: z.array(participantSchema),
});

const PAGE_SIZE = 300;
const MAX_PAGES = 40;
const INVALID_PAGE_TOKEN = 300;

/** @param id a meeting's id (its last instance) or an instance's uuid */
export function pastMeeting(deps: TokenDeps, userId: number, id: string): Promise<PastMeeting> {
  return callZoom(deps, userId, {
    operation: 'pastMeetingDetails',
    method: 'GET',
    path: `/past_meetings/${encodeUuid(id)}`,
    schema: pastMeetingSchema,
  });
}

/**
 * Everybody who was in one instance, all pages. Zoom has no list for a meeting of one person.
 *
 * @throws ZoomPageExpired
 */
export async function pastParticipants(deps: TokenDeps, userId: number, uuid: string): Promise<PastParticipant[]> {
  const found: PastParticipant[] = [];
  let next = '';
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const reply = await participantsPage(deps, userId, uuid, next);
    found.push(...reply.participants);
    next = reply.next_page_token ?? '';
    if (next === '') return found;
  }
  throw new ZoomUnreachable(`pastMeetingParticipants: more than ${MAX_PAGES * PAGE_SIZE} rows`);
}

/** Without a page's token the first; with one, a refusal for that is no word about the list. */
async function participantsPage(deps: TokenDeps, userId: number, uuid: string, pageToken: string) {
  try {
    return await callZoom(deps, userId, {
      operation: 'pastMeetingParticipants',
      method: 'GET',
      path: `/past_meetings/${encodeUuid(uuid)}/participants`,
      query: { page_size: String(PAGE_SIZE), ...(pageToken === '' ? {} : { next_page_token: pageToken }) },
      schema: participantsSchema,
    });
  } catch (error) {
    if (pageToken === '' || !(error instanceof ZoomRefused) || error.code !== INVALID_PAGE_TOKEN) throw error;
    throw new ZoomPageExpired('pastMeetingParticipants: the token of the next page has expired');
  }
}

/** A uuid that starts with `/` or contains `//` must be encoded twice, any other once. */
function encodeUuid(uuid: string): string {
  const once = encodeURIComponent(uuid);
  return uuid.startsWith('/') || uuid.includes('//') ? encodeURIComponent(once) : once;
}

function laterThan(leave: Date | null, join: Date | null): Date | null {
  return leave && (!join || leave > join) ? leave : null;
}
