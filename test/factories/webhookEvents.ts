import { createHash, randomBytes } from 'node:crypto';
import type { CreationAttributes } from 'sequelize';
import { WebhookEvent } from '../../src/models/WebhookEvent';

const STARTED_AT = '2026-11-22T09:31:12Z';

export interface ToldEvent {
  readonly event: string;
  readonly object: Readonly<Record<string, unknown>>;
}

/** A row as a web process leaves it that died right after its answer. */
export function buildWebhookEvent(
  { event, object }: ToldEvent,
  fields: Partial<CreationAttributes<WebhookEvent>> = {},
): Promise<WebhookEvent> {
  const body = JSON.stringify({
    event,
    event_ts: Date.now(),
    payload: { object },
    nonce: randomBytes(8).toString('hex'),
  });
  return WebhookEvent.create({
    eventKey: createHash('sha256').update(body).digest('hex'),
    event,
    eventAt: new Date(),
    meetingId: typeof object['id'] === 'string' ? object['id'] : null,
    body,
    state: 'received',
    ...fields,
  });
}

export const newUuid = () => `${randomBytes(15).toString('base64')}==`;

export function startedEvent(meetingId: string | null, uuid = newUuid()): ToldEvent {
  return { event: 'meeting.started', object: { id: meetingId, uuid, start_time: STARTED_AT } };
}

export function joinedEvent(meetingId: string | null, uuid: string, sessionUserId: string): ToldEvent {
  const participant = { user_id: sessionUserId, user_name: 'Jan S.', email: '', join_time: '2026-11-22T09:32:00Z' };
  return { event: 'meeting.participant_joined', object: { id: meetingId, uuid, participant } };
}

/** Nobody can tell who came. */
export function unreadableEvent(meetingId: string | null): ToldEvent {
  return {
    event: 'meeting.participant_joined',
    object: { id: meetingId, uuid: newUuid(), participant: { user_name: 'Secret Name' } },
  };
}
