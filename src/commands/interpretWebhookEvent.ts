import { randomUUID } from 'node:crypto';
import { QueryTypes, type Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { WebhookEvent, type WebhookState } from '../models/WebhookEvent';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { addToOutbox, deliverOutbox, type HintReason } from '../temporal/outbox';
import { DEAUTHORIZED } from '../zoom/deauthorization';
import { parseMeetingEvent } from '../zoom/webhookEvents';
import { recordDeauthorization } from './recordDeauthorization';
import { recordMeetingEvent } from './recordMeetingEvent';
import { recordParticipantEvent } from './recordParticipantEvent';
import { recordWaitEvent } from './recordWaitEvent';
import { isUnreadable, MAX_ATTEMPTS, reasonOf } from './webhookFailure';
import { THE_SYSTEM, writeAudit } from './writeAudit';

/** Longer than any interpretation; after it, whoever looks next may take the row. */
const LEASE_SECONDS = 30;
const FIRST_WAIT_SECONDS = 5;
const LONGEST_WAIT_SECONDS = 600;

/**
 * Brings what a stored event says into the rows, once. Never throws: what goes wrong is logged and stays in the row,
 * which the relay takes up again. Does nothing when another process holds the row or is done with it.
 *
 * @returns false when it went wrong
 */
export async function interpretWebhookEvent(deps: Deps, eventId: number): Promise<boolean> {
  const holder = randomUUID();
  try {
    if (!(await takeLease(deps, eventId, holder))) return true;
    const outboxIds = await inTransaction(deps.db, (transaction) => interpret(deps, eventId, holder, transaction));
    await deliverOutbox(deps, ...outboxIds);
    return true;
  } catch (error) {
    deps.logger.error({ eventId, err: error }, 'webhook event could not be interpreted');
    await putBack(deps, eventId, holder, error);
    return false;
  }
}

async function takeLease(deps: Deps, eventId: number, holder: string): Promise<boolean> {
  const [, taken] = await deps.db.query(
    `UPDATE webhook_events
        SET lease_holder = ?, lease_until = TIMESTAMPADD(SECOND, ?, UTC_TIMESTAMP(3)), attempts = attempts + 1
      WHERE id = ? AND state = 'received' AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(3))`,
    { replacements: [holder, LEASE_SECONDS, eventId], type: QueryTypes.UPDATE },
  );
  return taken === 1;
}

/** @returns the outbox rows to deliver after the commit: the workflows that must hear of it */
async function interpret(
  deps: Deps,
  eventId: number,
  holder: string,
  transaction: Transaction,
): Promise<readonly number[]> {
  const row = await WebhookEvent.findByPk(eventId, { transaction, rejectOnEmpty: true });
  if (row.event === DEAUTHORIZED) {
    const { state, outboxIds } = await recordDeauthorization(deps, row, transaction);
    await finish(eventId, holder, state, transaction);
    return outboxIds;
  }
  const meeting =
    row.meetingId === null ? null : await ZoomMeeting.findOne({ where: { meetingId: row.meetingId }, transaction });
  if (!meeting) {
    await finish(eventId, holder, 'unmatched', transaction);
    return [];
  }
  const hint = await record(deps, row, meeting, transaction);
  // A replay brings nothing new to the log: the event was received once.
  if (row.processedAt === null) {
    const entity = { type: 'zoom_meeting', id: meeting.id };
    const metadata = { event: row.event, webhookEventId: row.id };
    await writeAudit(deps, THE_SYSTEM, { action: 'webhook_received', entity, metadata }, transaction);
  }
  await finish(eventId, holder, 'processed', transaction);
  return hint === null ? [] : [await addToOutbox({ classDateId: meeting.classDateId }, hint, transaction)];
}

async function record(
  deps: Deps,
  row: WebhookEvent,
  meeting: ZoomMeeting,
  transaction: Transaction,
): Promise<HintReason | null> {
  const event = parseMeetingEvent(row.event, row.eventAt, JSON.parse(row.body));
  switch (event.kind) {
    case 'run':
    case 'deleted':
    case 'updated':
      return recordMeetingEvent(deps, meeting, event, transaction);
    case 'participant':
      return recordParticipantEvent(deps, meeting, event, transaction);
    case 'wait':
      await recordWaitEvent(meeting, event, transaction);
      return null;
    case 'other':
      return null;
  }
}

/** @throws when the lease has passed to another, which undoes this transaction */
async function finish(eventId: number, holder: string, state: WebhookState, transaction: Transaction): Promise<void> {
  const [finished] = await WebhookEvent.update(
    { state, processedAt: new Date(), leaseHolder: null, leaseUntil: null, lastError: null },
    { where: { id: eventId, leaseHolder: holder }, transaction },
  );
  if (finished !== 1) throw new Error(`Webhook event ${eventId} was taken over by another process.`);
}

async function putBack(deps: Deps, eventId: number, holder: string, error: unknown): Promise<void> {
  try {
    await deps.db.query(
      `UPDATE webhook_events
          SET state = IF(? OR attempts >= ?, 'failed', state), last_error = ?, lease_holder = NULL,
              lease_until = TIMESTAMPADD(SECOND, LEAST(? * POW(2, attempts - 1), ?), UTC_TIMESTAMP(3))
        WHERE id = ? AND lease_holder = ?`,
      {
        replacements: [
          isUnreadable(error),
          MAX_ATTEMPTS,
          reasonOf(error),
          FIRST_WAIT_SECONDS,
          LONGEST_WAIT_SECONDS,
          eventId,
          holder,
        ],
        type: QueryTypes.UPDATE,
      },
    );
  } catch (failure) {
    deps.logger.error({ eventId, err: failure }, 'the lease on a webhook event runs out by itself');
  }
}
