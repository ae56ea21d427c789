import { QueryTypes } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';

/**
 * Published events that are old enough, as they stand after FROM. The last one stays whatever its age: the next one's place
 * follows from it.
 */
export const OLD_EVENTS = `outcome_events e
   WHERE e.created_at < :before AND e.seq < (SELECT MAX(newest.seq) FROM outcome_events newest)`;

interface OldEvent {
  readonly id: number;
  readonly seq: number;
  readonly customer: string | null;
}

/**
 * Deletes some of the oldest events with what was pushed of them, and keeps up to where each customer's are gone.
 *
 * @returns how many
 */
export function deleteOldEvents({ db }: Pick<Deps, 'db'>, before: string, atOnce: number): Promise<number> {
  return inTransaction(db, async (transaction) => {
    const events = await db.query<OldEvent>(
      `SELECT old.id, old.seq, o.customer
         FROM (SELECT e.id, e.seq, e.class_date_id FROM ${OLD_EVENTS} ORDER BY e.seq LIMIT ${atOnce}) AS old
         JOIN class_dates c ON c.id = old.class_date_id
         JOIN book_orders o ON o.id = c.order_id
        ORDER BY old.seq`,
      { type: QueryTypes.SELECT, replacements: { before }, transaction },
    );
    if (events.length === 0) return 0;
    for (const [customer, seq] of horizonsOf(events)) {
      await db.query(
        `INSERT INTO event_horizons (customer, seq) VALUES (:customer, :seq)
         ON DUPLICATE KEY UPDATE seq = GREATEST(seq, VALUES(seq))`,
        { type: QueryTypes.INSERT, replacements: { customer, seq }, transaction },
      );
    }
    await db.query('DELETE FROM outcome_events WHERE id IN (:ids)', {
      type: QueryTypes.BULKDELETE,
      replacements: { ids: events.map(({ id }) => id) },
      transaction,
    });
    return events.length;
  });
}

/** The last place of each customer; orders that were made here have none. */
function horizonsOf(events: readonly OldEvent[]): Map<string, number> {
  return new Map(events.flatMap(({ customer, seq }) => (customer === null ? [] : [[customer, seq] as const])));
}
