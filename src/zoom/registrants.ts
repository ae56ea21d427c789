import { z } from 'zod';
import type { TokenDeps } from './freshToken';
import { meetingPath } from './meetings';
import { callZoom } from './request';

export interface Person {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}

export interface Registrant {
  readonly email: string;
  readonly registrantId: string;
  readonly joinUrl: string;
}

export interface InviteLink {
  readonly name: string;
  readonly joinUrl: string;
}

/** Zoom's limits for one call. */
const BATCH_MAX = 30;
const NAME_MAX = 64;

const registrantsSchema = z.object({
  registrants: z.array(
    z
      .object({ email: z.string(), registrant_id: z.string(), join_url: z.url() })
      .transform(({ email, registrant_id, join_url }) => ({ email, registrantId: registrant_id, joinUrl: join_url })),
  ),
});

const nothing = z.unknown();

const inviteLinksSchema = z.object({
  attendees: z.array(
    z.object({ name: z.string(), join_url: z.url() }).transform(({ name, join_url }) => ({ name, joinUrl: join_url })),
  ),
});

/**
 * Registers people, each of whom gets a link of their own. Registering an address again gives the same registrant, so
 * repeating does no harm. Only for licensed hosts.
 *
 * @param people at most 30
 */
export async function addRegistrants(
  deps: TokenDeps,
  userId: number,
  meetingId: string,
  people: readonly Person[],
): Promise<Registrant[]> {
  if (people.length > BATCH_MAX) throw new RangeError(`Zoom takes at most ${BATCH_MAX} registrants a call.`);
  const reply = await callZoom(deps, userId, {
    operation: 'addBatchRegistrants',
    method: 'POST',
    path: `${meetingPath(meetingId)}/batch_registrants`,
    body: {
      auto_approve: true,
      registrants_confirmation_email: false,
      registrants: people.map(({ email, firstName, lastName }) => ({
        email,
        first_name: firstName.slice(0, NAME_MAX),
        last_name: lastName.slice(0, NAME_MAX),
      })),
    },
    schema: registrantsSchema,
  });
  return reply.registrants;
}

/** Takes a registrant's link back. Whoever is in the meeting by it stays until the host removes them. */
export async function cancelRegistrant(
  deps: TokenDeps,
  userId: number,
  meetingId: string,
  registrantId: string,
): Promise<void> {
  await callZoom(deps, userId, {
    operation: 'meetingRegistrantStatus',
    method: 'PUT',
    path: `${meetingPath(meetingId)}/registrants/status`,
    body: { action: 'cancel', registrants: [{ id: registrantId }] },
    schema: nothing,
  });
}

/**
 * Links that carry a name and nothing else; the fallback for hosts without a licence.
 *
 * @param names each of at most 64 characters
 */
export async function createInviteLinks(
  deps: TokenDeps,
  userId: number,
  meetingId: string,
  names: readonly string[],
  ttlSeconds: number,
): Promise<InviteLink[]> {
  const reply = await callZoom(deps, userId, {
    operation: 'meetingInviteLinksCreate',
    method: 'POST',
    path: `${meetingPath(meetingId)}/invite_links`,
    body: { attendees: names.map((name) => ({ name })), ttl: ttlSeconds },
    schema: inviteLinksSchema,
  });
  return reply.attendees;
}
