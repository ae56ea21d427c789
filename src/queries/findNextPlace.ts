import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';

/**
 * The place in the feed that comes next: behind the last that its rows have (clean-up always leaves that row), and not before
 * the database's clock, in milliseconds. That is one clock for all processes; by their own, one that is late would go on by
 * ones from a place that is ahead of it, and give the same places again after a backup from then was put back.
 */
export async function findNextPlace(db: Sequelize, transaction: Transaction): Promise<number> {
  const [row] = await db.query<{ place: string | number }>(
    `SELECT GREATEST(COALESCE(MAX(seq), 0) + 1, ROUND(UNIX_TIMESTAMP(NOW(3)) * 1000)) AS place FROM outcome_events`,
    { type: QueryTypes.SELECT, transaction },
  );
  return Number(row?.place);
}
