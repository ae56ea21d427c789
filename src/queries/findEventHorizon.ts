import { QueryTypes, type Sequelize } from 'sequelize';

/** Up to which place in the feed a customer's events are kept no more; 0: all are there. */
export async function findEventHorizon(db: Sequelize, customer: string): Promise<number> {
  const [row] = await db.query<{ seq: number }>('SELECT seq FROM event_horizons WHERE customer = :customer', {
    type: QueryTypes.SELECT,
    replacements: { customer },
  });
  return Number(row?.seq ?? 0);
}
