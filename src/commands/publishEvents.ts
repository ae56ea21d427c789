import type { Transaction } from 'sequelize';
import { withNamedLock } from '../db/namedLock';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { OutcomeEvent } from '../models/OutcomeEvent';

const BATCH = 500;

/**
 * Gives every committed event that has none its place in the feed, unless another process is at it. A place is given out
 * after the event's own commit and by one process at a time, so no reader ever sees a place filled behind them. Should two
 * do this at once, the unique key lets one of them through.
 *
 * @returns how many were published
 */
export async function publishEvents(deps: Pick<Deps, 'db'>, signal?: AbortSignal): Promise<number> {
  const published = await withNamedLock(deps.db, 'event_publisher', async () => {
    let count = 0;
    while (signal?.aborted !== true) {
      const batch = await inTransaction(deps.db, (transaction) => publishBatch(deps, transaction));
      count += batch;
      if (batch < BATCH) break;
    }
    return count;
  });
  return published ?? 0;
}

async function publishBatch({ db }: Pick<Deps, 'db'>, transaction: Transaction): Promise<number> {
  const options = { where: { seq: null }, attributes: ['id'], limit: BATCH, transaction };
  const events = await OutcomeEvent.findAll({ ...options, order: ['id'] });
  if (events.length === 0) return 0;
  const last = Number((await OutcomeEvent.max('seq', { transaction })) ?? 0);
  const ids = events.map(({ id }) => Number(id));
  const cases = ids.map((id, index) => `WHEN ${id} THEN ${last + 1 + index}`).join(' ');
  await db.query(`UPDATE outcome_events SET seq = CASE id ${cases} END WHERE id IN (${ids.join(', ')})`, {
    transaction,
  });
  return ids.length;
}
