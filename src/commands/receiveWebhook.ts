import { createHash } from 'node:crypto';
import { QueryTypes, UniqueConstraintError } from 'sequelize';
import { sqlInstant } from '../db/sqlInstant';
import type { Deps } from '../deps';
import { DEAUTHORIZED, neededBody } from '../zoom/deauthorization';
import type { Envelope } from '../zoom/webhookEvents';

/**
 * Keeps an event before it is acknowledged. Zoom delivers at least once and sends no event id, so the hash of the body
 * is the key. Plain SQL, because Zoom waits, and a model costs several times the insert.
 *
 * @returns the row's id, or null when the event is already here
 */
export async function receiveWebhook(
  { db }: Pick<Deps, 'db'>,
  envelope: Envelope,
  rawBody: Buffer,
  now: Date,
): Promise<number | null> {
  const body = rawBody.toString('utf8');
  try {
    const [id] = await db.query(
      `INSERT INTO webhook_events (event_key, event, event_at, meeting_id, body, state, created_at, updated_at)
       VALUES (:eventKey, :event, :eventAt, :meetingId, :body, 'received', :now, :now)`,
      {
        type: QueryTypes.INSERT,
        replacements: {
          eventKey: createHash('sha256').update(rawBody).digest('hex'),
          event: envelope.event,
          eventAt: sqlInstant(envelope.eventAt ?? now),
          meetingId: envelope.meetingId,
          body: envelope.event === DEAUTHORIZED ? neededBody(body) : body,
          now: sqlInstant(now),
        },
      },
    );
    return id;
  } catch (error) {
    if (error instanceof UniqueConstraintError) return null;
    throw error;
  }
}
