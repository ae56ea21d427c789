import { QueryTypes, type Sequelize } from 'sequelize';
import { sqlInstant } from '../db/sqlInstant';
import type { PushEndpoint } from '../models/PushEndpoint';
import type { EventSought } from '../push/eventName';

/** Which events are to be pushed again. */
export type RepushSelection =
  /** one, whatever the endpoint is told otherwise */
  | ({ readonly kind: 'event' } & EventSought)
  /** those of the kinds it is told, that came to be between the two, the second left out */
  | { readonly kind: 'span'; readonly from: Date; readonly to: Date };

interface Place {
  readonly id: number;
  readonly seq: number;
}

/** So many at a time: a year's events are more than one answer should hold. */
const PAGE = 500;

/** The ids of an endpoint's events, in the order of the feed and a page at a time, also of those that it was never sent. */
export async function* findRepushable(
  db: Sequelize,
  endpoint: PushEndpoint,
  selection: RepushSelection,
): AsyncGenerator<number[]> {
  for (let after = 0; ;) {
    const rows = await db.query<Place>(
      `SELECT e.id, e.seq ${from(selection)} AND e.seq > :after ORDER BY e.seq LIMIT ${PAGE}`,
      { type: QueryTypes.SELECT, replacements: { ...values(endpoint, selection), after } },
    );
    if (rows.length > 0) yield rows.map(({ id }) => Number(id));
    if (rows.length < PAGE) return;
    after = Number(rows.at(-1)?.seq);
  }
}

/** How many there are. */
export async function countRepushable(
  db: Sequelize,
  endpoint: PushEndpoint,
  selection: RepushSelection,
): Promise<number> {
  const [row] = await db.query<{ count: number }>(`SELECT COUNT(*) AS count ${from(selection)} AND e.seq IS NOT NULL`, {
    type: QueryTypes.SELECT,
    replacements: values(endpoint, selection),
  });
  return Number(row?.count ?? 0);
}

function from({ kind }: RepushSelection): string {
  const event = 'e.id = :eventId AND (:eventKey IS NULL OR e.random_key = :eventKey)';
  const where = kind === 'event' ? event : 'e.created_at >= :from AND e.created_at < :to';
  const told = kind === 'event' ? '' : 'AND FIND_IN_SET(e.type, :types) > 0';
  return `FROM outcome_events e
       JOIN class_dates c ON c.id = e.class_date_id
       JOIN book_orders o ON o.id = c.order_id
      WHERE ${where} AND o.customer = :customer ${told}`;
}

function values({ customer, types }: PushEndpoint, selection: RepushSelection) {
  if (selection.kind === 'event') {
    const { eventId, eventKey } = selection;
    return { customer, types, eventId, eventKey };
  }
  return { customer, types, from: sqlInstant(selection.from), to: sqlInstant(selection.to) };
}
