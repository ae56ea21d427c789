import { QueryTypes, type Transaction } from 'sequelize';
import { sqlInstant } from '../db/sqlInstant';
import type { Deps } from '../deps';
import { NEWS_WAITS_SECONDS } from '../domain/pushes';
import { addToOutbox } from '../temporal/outbox';

type QueueDeps = Pick<Deps, 'db' | 'clock'>;

/**
 * Makes a delivery of each event for each endpoint that hears of it, in the transaction that gives the events their places
 * in the feed: so what is pushed is what the feed tells, in its order, and both or neither is so.
 *
 * @returns what is to be told after the commit
 */
export async function queuePushes(
  deps: QueueDeps,
  eventIds: readonly number[],
  transaction: Transaction,
): Promise<number[]> {
  const ids = [...eventIds];
  await deps.db.query(
    `INSERT INTO push_deliveries (endpoint_id, event_id, seq, state, next_attempt_at, created_at, updated_at)
     SELECT p.id, e.id, e.seq, 'queued', :now, :now, :now
       FROM outcome_events e
       JOIN class_dates c ON c.id = e.class_date_id
       JOIN book_orders o ON o.id = c.order_id
       JOIN push_endpoints p ON p.customer = o.customer
      WHERE e.id IN (:ids) AND p.state = 'on' AND FIND_IN_SET(e.type, p.types) > 0
      ORDER BY e.seq, p.id`,
    { type: QueryTypes.INSERT, replacements: { ids, now: sqlInstant(deps.clock.now()) }, transaction },
  );
  const endpoints = await deps.db.query<{ id: number }>(
    'SELECT DISTINCT endpoint_id AS id FROM push_deliveries WHERE event_id IN (:ids)',
    { type: QueryTypes.SELECT, replacements: { ids }, transaction },
  );
  const outboxIds: number[] = [];
  for (const { id: pushEndpointId } of endpoints) {
    outboxIds.push(await addToOutbox({ pushEndpointId }, 'events published', transaction));
  }
  await bringForward(
    deps,
    endpoints.map(({ id }) => id),
    transaction,
  );
  return outboxIds;
}

/**
 * So that somebody's class being live is not told a day late because their receiver was down the day before; but not before
 * the instant that the receiver itself has named.
 */
async function bringForward({ db }: QueueDeps, ids: readonly number[], transaction: Transaction): Promise<void> {
  if (ids.length === 0) return;
  await db.query(
    `UPDATE push_endpoints
        SET paused_until = LEAST(paused_until,
              GREATEST(TIMESTAMPADD(SECOND, ${NEWS_WAITS_SECONDS}, last_failed_at), COALESCE(asked_until, last_failed_at)))
      WHERE id IN (:ids) AND paused_until IS NOT NULL`,
    { type: QueryTypes.UPDATE, replacements: { ids }, transaction },
  );
}
