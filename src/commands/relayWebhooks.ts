import { QueryTypes } from 'sequelize';
import type { Deps } from '../deps';
import { interpretWebhookEvent } from './interpretWebhookEvent';

const BATCH = 50;
/** Events of one class wait for each other, those of several need not. */
const AT_ONCE = 5;

/**
 * Interprets every event that waits and that nobody is at work on. One that fails waits longer each time, so it is not
 * among the next ones and holds nobody up.
 */
export async function relayWebhooks(deps: Deps, signal?: AbortSignal): Promise<void> {
  for (;;) {
    const ids = await findWaiting(deps);
    let done = 0;
    for (let from = 0; from < ids.length && !signal?.aborted; from += AT_ONCE) {
      const some = ids.slice(from, from + AT_ONCE);
      const outcomes = await Promise.all(some.map((id) => interpretWebhookEvent(deps, id)));
      done += outcomes.filter(Boolean).length;
    }
    // Where nothing succeeds (the database only reads, say), the next pass is soon enough.
    if (ids.length < BATCH || done === 0 || signal?.aborted) return;
  }
}

/**
 * Those that were never tried come first: a row that ends its process each time must not be the first every time. What is
 * only read again, which may be months of it, keeps nothing waiting that has just been told.
 */
async function findWaiting({ db }: Pick<Deps, 'db'>): Promise<number[]> {
  const rows = await db.query<{ id: number }>(
    `SELECT id FROM webhook_events
      WHERE state = 'received' AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(3))
      ORDER BY replayed, attempts, event_at, id
      LIMIT ${BATCH}`,
    { type: QueryTypes.SELECT },
  );
  return rows.map(({ id }) => id);
}
