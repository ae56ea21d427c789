import { QueryTypes, type Sequelize } from 'sequelize';
import type { OutcomeEventType } from '../domain/outcomeEvents';
import type { PushFailure } from '../domain/pushes';
import type { PushState } from '../models/PushDelivery';
import { PushEndpoint } from '../models/PushEndpoint';

type PushCountsByState = Readonly<Record<PushState, number>>;

export interface PushEndpointRow {
  readonly endpoint: PushEndpoint;
  readonly counts: PushCountsByState;
}

/** One event for one endpoint, as people look at it. */
export interface PushDeliveryRow {
  readonly eventId: number;
  readonly eventKey: string | null;
  readonly type: OutcomeEventType;
  readonly classDateId: number;
  readonly happenedAt: Date;
  readonly state: PushState;
  readonly attempts: number;
  readonly lastTriedAt: Date | null;
  readonly nextAttemptAt: Date;
  readonly lastStatus: number | null;
  readonly lastFailure: PushFailure | null;
}

/** Every endpoint, the newest first. */
export async function listPushEndpoints(db: Sequelize): Promise<PushEndpointRow[]> {
  const endpoints = await PushEndpoint.findAll({ order: [['id', 'DESC']], limit: 200 });
  const counts = await countByState(
    db,
    endpoints.map(({ id }) => id),
  );
  return endpoints.map((endpoint) => ({ endpoint, counts: counts.get(endpoint.id) ?? NONE }));
}

/** null when there is no such endpoint */
export async function findPushEndpoint(db: Sequelize, id: number): Promise<PushEndpointRow | null> {
  const endpoint = await PushEndpoint.findByPk(id);
  if (!endpoint) return null;
  return { endpoint, counts: (await countByState(db, [id])).get(id) ?? NONE };
}

interface Wanted {
  readonly endpointId: number;
  readonly state?: PushState | undefined;
  readonly limit: number;
}

/** An endpoint's deliveries, the latest of the feed first. */
export function listPushDeliveries(db: Sequelize, { endpointId, state, limit }: Wanted): Promise<PushDeliveryRow[]> {
  return db.query<PushDeliveryRow>(
    `SELECT d.event_id AS eventId, e.random_key AS eventKey, e.type, e.class_date_id AS classDateId, e.created_at AS happenedAt, d.state,
            d.attempts, d.last_tried_at AS lastTriedAt, d.next_attempt_at AS nextAttemptAt,
            d.last_status AS lastStatus, d.last_failure AS lastFailure
       FROM push_deliveries d
       JOIN outcome_events e ON e.id = d.event_id
      WHERE d.endpoint_id = :endpointId ${state === undefined ? '' : 'AND d.state = :state'}
      ORDER BY d.seq DESC
      LIMIT :limit`,
    { type: QueryTypes.SELECT, replacements: { endpointId, state, limit } },
  );
}

const NONE: PushCountsByState = { queued: 0, delivered: 0, failed: 0 };

async function countByState(db: Sequelize, ids: readonly number[]): Promise<Map<number, PushCountsByState>> {
  const counts = new Map<number, PushCountsByState>();
  if (ids.length === 0) return counts;
  const rows = await db.query<{ id: number; state: PushState; count: number }>(
    `SELECT endpoint_id AS id, state, COUNT(*) AS count FROM push_deliveries
      WHERE endpoint_id IN (:ids) GROUP BY endpoint_id, state`,
    { type: QueryTypes.SELECT, replacements: { ids: [...ids] } },
  );
  for (const { id, state, count } of rows) counts.set(id, { ...(counts.get(id) ?? NONE), [state]: count });
  return counts;
}
