import { createHash } from 'node:crypto';
import { UniqueConstraintError } from 'sequelize';
import { WebhookEvent } from '../models/WebhookEvent';
import { DEAUTHORIZED, neededBody } from '../zoom/deauthorization';
import type { Envelope } from '../zoom/webhookEvents';

/**
 * Keeps an event before it is acknowledged. Zoom delivers at least once and sends no event id, so the hash of the body
 * is the key.
 *
 * @returns the row's id, or null when the event is already here
 */
export async function receiveWebhook(envelope: Envelope, rawBody: Buffer, now: Date): Promise<number | null> {
  const body = rawBody.toString('utf8');
  try {
    const row = await WebhookEvent.create({
      eventKey: createHash('sha256').update(rawBody).digest('hex'),
      event: envelope.event,
      eventAt: envelope.eventAt ?? now,
      meetingId: envelope.meetingId,
      body: envelope.event === DEAUTHORIZED ? neededBody(body) : body,
      state: 'received',
    });
    return row.id;
  } catch (error) {
    if (error instanceof UniqueConstraintError) return null;
    throw error;
  }
}
