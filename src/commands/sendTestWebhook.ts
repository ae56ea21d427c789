import { randomBytes } from 'node:crypto';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { findWebhookSecrets } from '../queries/findZoomSettings';
import { signWebhook } from '../zoom/webhookSignature';

/** Those that can be tried from the page. */
export const TEST_EVENTS = [
  'meeting.started',
  'meeting.ended',
  'meeting.participant_joined',
  'meeting.participant_left',
] as const;

export interface TestEvent {
  readonly event: (typeof TEST_EVENTS)[number];
  readonly meetingId: string;
}

const TIMEOUT_MS = 10_000;

/**
 * Sends an event as Zoom would, signed with our own secret, to our own webhook address: it proves all of the way in.
 *
 * @returns the status it was answered with
 */
export async function sendTestWebhook(deps: Deps, address: string, told: TestEvent): Promise<number> {
  const [secret] = await findWebhookSecrets(deps);
  if (secret === undefined)
    throw new AppError(409, 'no_webhook_secret', 'No webhook secret is saved. Enter one in the Zoom settings first.');
  const now = deps.clock.now();
  const body = JSON.stringify(asZoomSays(told, now));
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const answer = await fetch(address, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-zm-request-timestamp': timestamp,
      'x-zm-signature': signWebhook({ timestamp, body: Buffer.from(body) }, secret),
    },
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return answer.status;
}

function asZoomSays({ event, meetingId }: TestEvent, now: Date) {
  const at = now.toISOString();
  const uuid = `test${randomBytes(12).toString('base64')}`;
  const run = { id: meetingId, uuid, type: 2, start_time: at };
  return {
    event,
    event_ts: now.getTime(),
    payload: { account_id: 'test', object: { ...run, ...detailsOf(event, at) } },
  };
}

function detailsOf(event: TestEvent['event'], at: string) {
  const participant = { user_id: '16778240', user_name: 'Test Event', email: '' };
  switch (event) {
    case 'meeting.started':
      return {};
    case 'meeting.ended':
      return { end_time: at };
    case 'meeting.participant_joined':
      return { participant: { ...participant, join_time: at } };
    case 'meeting.participant_left':
      return { participant: { ...participant, leave_time: at } };
  }
}
