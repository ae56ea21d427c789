import { QueryTypes } from 'sequelize';
import type { Deps } from '../deps';

/** What is done with, and how many days it is kept; events of ours for so long that a fault is found meanwhile. */
const OLD: readonly { readonly table: string; readonly where: string; readonly days: number }[] = [
  { table: 'workflow_outbox', where: 'delivered_at', days: 7 },
  { table: 'webhook_events', where: "state = 'processed' AND created_at", days: 90 },
  { table: 'webhook_events', where: "state = 'failed' AND created_at", days: 90 },
  { table: 'workflow_sweeps', where: 'created_at', days: 14 },
  // Whoever still wants it sends it again.
  { table: 'refused_edits', where: 'refused_at', days: 90 },
];

/** Small statements, so that nobody waits for their locks. */
const AT_ONCE = 1_000;
/** The rest is for the next time. */
const MOST_BATCHES = 50;

/**
 * Deletes what is done with and old. Any number of workers may do it.
 *
 * @returns how many rows
 */
export async function deleteOldRows({ db }: Pick<Deps, 'db'>, onProgress: () => void = () => {}): Promise<number> {
  let deleted = 0;
  for (const { table, where, days } of OLD) {
    for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
      const count = await db.query(
        `DELETE FROM ${table} WHERE ${where} < TIMESTAMPADD(DAY, -${days}, UTC_TIMESTAMP(3)) LIMIT ${AT_ONCE}`,
        { type: QueryTypes.BULKDELETE },
      );
      deleted += count;
      onProgress();
      if (count < AT_ONCE) break;
    }
  }
  return deleted;
}
