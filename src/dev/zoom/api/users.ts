import { DEFAULT_TIMEZONE, type SimulatedUser } from '../options';
import type { ApiCall, ApiReply } from './call';
import { userNotFound, ZoomApiError } from './errors';
import { newZak } from './zak';

/** `me`, or the caller's own id or address: a user-managed app acts for nobody else. */
export function actingUser(call: ApiCall): SimulatedUser {
  const named = call.params.userId ?? 'me';
  if (named === 'me' || named === call.user.id || named === call.user.email) return call.user;
  const other = call.world.user(named) ?? call.world.userByEmail(named);
  if (!other) throw userNotFound(named);
  throw new ZoomApiError(404, 1010, `User does not belong to this account: ${call.user.accountId}.`);
}

export function getUser(call: ApiCall): ApiReply {
  const user = actingUser(call);
  return {
    status: 200,
    body: {
      id: user.id,
      first_name: user.firstName,
      last_name: user.lastName,
      display_name: `${user.firstName} ${user.lastName}`,
      email: user.email,
      type: user.type,
      role_name: 'Member',
      pmi: 4_000_000_000 + (call.world.settings.users.indexOf(user) + 1),
      use_pmi: false,
      personal_meeting_url: `${call.world.url}/my/${user.id}`,
      timezone: user.timezone ?? DEFAULT_TIMEZONE,
      verified: 1,
      dept: '',
      created_at: '2024-08-01T08:00:00Z',
      last_login_time: call.world.clock.iso(),
      pic_url: '',
      jid: `${user.id.toLowerCase()}@xmpp.zoom.us`,
      account_id: user.accountId,
      account_number: 90_000_001,
      language: 'en-US',
      status: call.world.behaviour.deactivatedUsers.includes(user.email) ? 'inactive' : 'active',
      cluster: 'us06',
      user_created_at: '2024-08-01T08:00:00Z',
    },
  };
}

export function getUserSettings(call: ApiCall): ApiReply {
  const locked = call.world.behaviour.lockedSettings[actingUser(call).accountId] ?? {};
  return {
    status: 200,
    body: {
      schedule_meeting: {
        join_before_host: false,
        require_password_for_scheduling_new_meetings: true,
        default_password_for_scheduled_meetings: '',
        meeting_password_requirement: { length: 0, have_letter: false, have_number: false },
        ...locked,
      },
      in_meeting: { waiting_room: false, ...locked },
      recording: { auto_recording: 'none', ...locked },
      feature: { meeting_capacity: call.world.behaviour.meetingCapacity, cloud_recording: call.user.type === 2 },
    },
  };
}

export function getZak(call: ApiCall): ApiReply {
  return { status: 200, body: { token: newZak(call.world, actingUser(call).id) } };
}
