import { QueryTypes, type Sequelize } from 'sequelize';

/** The last place that the feed has given out; 0 before the first. Clean-up always leaves that row. */
export async function findFeedEnd(db: Sequelize): Promise<number> {
  const [row] = await db.query<{ seq: number | null }>('SELECT MAX(seq) AS seq FROM outcome_events', {
    type: QueryTypes.SELECT,
  });
  return Number(row?.seq ?? 0);
}
