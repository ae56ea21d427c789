import { QueryTypes, type Sequelize } from 'sequelize';
import type { OutcomeEventType } from '../domain/outcomeEvents';
import type { Page } from './externalBookings';

export interface FeedEvent {
  readonly id: number;
  readonly randomKey: string | null;
  readonly seq: number;
  readonly type: OutcomeEventType;
  readonly data: string;
  readonly createdAt: Date;
  readonly orderExternalId: string;
  readonly classDateExternalId: string | null;
}

/** What became of a customer's classes after that place in the feed, in its order; only what has been published. */
export function findEvents(db: Sequelize, customer: string, { after, limit }: Page): Promise<FeedEvent[]> {
  return db.query<FeedEvent>(
    `SELECT e.id, e.random_key AS randomKey, e.seq, e.type, e.data, e.created_at AS createdAt,
            o.external_id AS orderExternalId, c.external_id AS classDateExternalId
       FROM outcome_events e
       JOIN class_dates c ON c.id = e.class_date_id
       JOIN book_orders o ON o.id = c.order_id
      WHERE e.seq > :after AND o.customer = :customer
      ORDER BY e.seq
      LIMIT :limit`,
    { type: QueryTypes.SELECT, replacements: { after, customer, limit } },
  );
}
