import { QueryTypes, type Transaction } from 'sequelize';
import { withNamedLock } from '../db/namedLock';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { OutcomeEvent } from '../models/OutcomeEvent';
import { findNextPlace } from '../queries/findNextPlace';
import { deliverOutbox } from '../temporal/outbox';
import { queuePushes } from './queuePushes';

const BATCH = 500;

type PublishDeps = Pick<Deps, 'db' | 'clock' | 'temporal' | 'logger'>;

/**
 * Gives every committed event that has none its place in the feed, unless another process is at it. A place is given out
 * after the event's own commit and by one process at a time, so no reader ever sees a place filled behind them. Should two
 * do this at once all the same, as when the lock's connection has died, one of them undoes its batch. What is pushed to
 * endpoints is put into their queues with it.
 *
 * Places go up with the database's clock, so that none is given out a second time by a database that was put back to a backup, or whose
 * last rows were lost with a machine: a reader whose place is of those rows is told so, however late they come.
 * Should that clock step back, they go on by ones from the last: no place ever depends on a process's own clock.
 *
 * @returns how many were published
 */
export async function publishEvents(deps: PublishDeps, signal?: AbortSignal): Promise<number> {
  const published = await withNamedLock(deps.db, 'event_publisher', async () => {
    const done: Batch = { count: 0, outboxIds: [] };
    while (signal?.aborted !== true) {
      const { count, outboxIds } = await inTransaction(deps.db, (transaction) => publishBatch(deps, transaction));
      done.count += count;
      done.outboxIds.push(...outboxIds);
      if (count < BATCH) break;
    }
    return done;
  });
  await deliverOutbox(deps, ...(published?.outboxIds ?? []));
  return published?.count ?? 0;
}

interface Batch {
  count: number;
  /** to be told after the commit */
  readonly outboxIds: number[];
}

async function publishBatch(deps: PublishDeps, transaction: Transaction): Promise<Batch> {
  const options = { where: { seq: null }, attributes: ['id'], limit: BATCH, transaction };
  const events = await OutcomeEvent.findAll({ ...options, order: ['id'] });
  if (events.length === 0) return { count: 0, outboxIds: [] };
  const first = await findNextPlace(deps.db, transaction);
  const ids = events.map(({ id }) => Number(id));
  const cases = ids.map((id, index) => `WHEN ${id} THEN ${first + index}`).join(' ');
  const [, placed] = await deps.db.query(
    `UPDATE outcome_events SET seq = CASE id ${cases} END WHERE id IN (${ids.join(', ')}) AND seq IS NULL`,
    { type: QueryTypes.UPDATE, transaction },
  );
  // Somebody may have read an event at its place already, so it keeps it.
  if (placed !== ids.length) throw new Error('Another process has published some of these events.');
  return { count: ids.length, outboxIds: await queuePushes(deps, ids, transaction) };
}
