import { z } from 'zod';
import { parseBody, type ApiCall, type ApiReply } from './call';
import { ownMeeting } from './findMeeting';
import { inviteLink } from './links';

const DEFAULT_TTL_SECONDS = 7200;
const LONGEST_TTL_SECONDS = 7_776_000;

const inviteSchema = z.object({
  attendees: z
    .array(z.object({ name: z.string().min(1).max(64) }))
    .min(1)
    .max(500),
  /** 0 means no end. */
  ttl: z.number().int().min(0).max(LONGEST_TTL_SECONDS).default(DEFAULT_TTL_SECONDS),
});

/** Personal links that carry a name and nothing else: webhooks will show that name only. */
export function createInviteLinks(call: ApiCall): ApiReply {
  const meeting = ownMeeting(call);
  const { attendees, ttl } = parseBody(inviteSchema, call.body);
  const expiresAt = ttl === 0 ? null : call.world.clock.now() + ttl * 1000;
  const links = attendees.map(({ name }) => {
    const token = `${call.world.ids.word(80)}.invite`;
    meeting.invites.set(token, { name, expiresAt });
    return { name, join_url: inviteLink(call.world, meeting, token) };
  });
  call.world.changed();
  return { status: 201, body: { attendees: links } };
}
