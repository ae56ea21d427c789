import { QueryTypes, type Sequelize } from 'sequelize';
import { sqlInstant } from '../db/sqlInstant';
import type { PushEndpoint } from '../models/PushEndpoint';

/** Which events are to be pushed again. */
export type RepushSelection =
  /** one, whatever the endpoint is told otherwise */
  | { readonly kind: 'event'; readonly eventId: number }
  /** those of the kinds it is told, that came to be between the two, the second left out */
  | { readonly kind: 'span'; readonly from: Date; readonly to: Date };

/** The ids of an endpoint's events, in the order of the feed, also of those that it was never sent. */
export async function findRepushable(
  db: Sequelize,
  { customer, types }: PushEndpoint,
  selection: RepushSelection,
): Promise<number[]> {
  const where = selection.kind === 'event' ? 'e.id = :eventId' : 'e.created_at >= :from AND e.created_at < :to';
  const told = selection.kind === 'event' ? '' : 'AND FIND_IN_SET(e.type, :types) > 0';
  const rows = await db.query<{ id: number }>(
    `SELECT e.id FROM outcome_events e
       JOIN class_dates c ON c.id = e.class_date_id
       JOIN book_orders o ON o.id = c.order_id
      WHERE ${where} AND e.seq IS NOT NULL AND o.customer = :customer ${told}
      ORDER BY e.seq`,
    { type: QueryTypes.SELECT, replacements: { customer, types, ...values(selection) } },
  );
  return rows.map(({ id }) => Number(id));
}

function values(selection: RepushSelection) {
  if (selection.kind === 'event') return { eventId: selection.eventId };
  return { from: sqlInstant(selection.from), to: sqlInstant(selection.to) };
}
