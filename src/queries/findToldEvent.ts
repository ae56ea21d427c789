import { QueryTypes, type Sequelize } from 'sequelize';
import type { ToldEvent } from '../push/content';

/** An event with the names that its marketplace has for what it is about; null when it is not there. */
export async function findToldEvent(db: Sequelize, eventId: number): Promise<ToldEvent | null> {
  const [event] = await db.query<ToldEvent>(
    `SELECT e.id, e.random_key AS randomKey, e.type, e.data, e.created_at AS createdAt,
            o.external_id AS orderExternalId, c.external_id AS classDateExternalId
       FROM outcome_events e
       JOIN class_dates c ON c.id = e.class_date_id
       JOIN book_orders o ON o.id = c.order_id
      WHERE e.id = :eventId`,
    { type: QueryTypes.SELECT, replacements: { eventId } },
  );
  return event ?? null;
}
