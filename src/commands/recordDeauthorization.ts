import type { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { ZoomConnection } from '../models/ZoomConnection';
import type { WebhookEvent, WebhookState } from '../models/WebhookEvent';
import { CARRIED_OUT, deauthorizedUserId } from '../zoom/deauthorization';
import { NOTHING_OF_ZOOM } from './nothingOfZoom';
import { openIncident } from './openIncident';
import { THE_SYSTEM, writeAudit } from './writeAudit';

interface Deauthorization {
  readonly state: WebhookState;
  /** to deliver after the commit */
  readonly outboxIds: readonly number[];
}

/**
 * A teacher has removed our app at Zoom: the tokens are dead, and what we know of the account from Zoom has to go.
 * Word of it may come late (Zoom repeats for an hour and a half) or twice; a connection made since then stays.
 */
export async function recordDeauthorization(
  deps: Deps,
  row: WebhookEvent,
  transaction: Transaction,
): Promise<Deauthorization> {
  const zoomUserId = deauthorizedUserId(row.body);
  await row.update({ body: CARRIED_OUT }, { transaction });
  const connection = await ZoomConnection.findOne({ where: { zoomUserId }, transaction, lock: true });
  if (!connection || (connection.connectedAt !== null && connection.connectedAt > row.eventAt))
    return { state: 'unmatched', outboxIds: [] };
  const { version } = connection;
  const state = { state: 'needs_reconnect', stateReason: 'app_deauthorized' } as const;
  await connection.update({ ...NOTHING_OF_ZOOM, ...state, version: version + 1 }, { transaction });
  const entity = { type: 'user', id: connection.userId };
  const metadata = { webhookEventId: row.id };
  await writeAudit(deps, THE_SYSTEM, { action: 'oauth_deauthorized', entity, metadata }, transaction);
  const outboxIds = await openIncident(deps, { cause: 'teacher_connection', userId: connection.userId }, transaction);
  return { state: 'processed', outboxIds };
}
