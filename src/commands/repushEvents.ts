import { Op, QueryTypes, type Transaction } from 'sequelize';
import { sqlInstant } from '../db/sqlInstant';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { AppError, NotFoundError } from '../errors';
import { PushDelivery } from '../models/PushDelivery';
import { PushEndpoint } from '../models/PushEndpoint';
import { findRepushable, type RepushSelection } from '../queries/findRepushable';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';
import { writeAudit, type AuditEntry, type AuditOrigin } from './writeAudit';

/**
 * Pushes events again to an endpoint, in the order of the feed and under the ids they had: those that it took, those that
 * were given up, and those that came while it was off or not there yet. What waits anyway is left as it is. Each page has a
 * commit of its own: new events cannot be published while the endpoint's row is held, whoever they are for.
 *
 * @returns how many events
 */
export async function repushEvents(
  deps: Deps,
  { id, selection }: { readonly id: number; readonly selection: RepushSelection },
  origin: AuditOrigin,
): Promise<number> {
  const endpoint = requireOn(await PushEndpoint.findByPk(id));
  let count = 0;
  for await (const eventIds of findRepushable(deps.db, endpoint, selection)) {
    await repushPage(deps, { id, selection, eventIds }, origin);
    count += eventIds.length;
  }
  // That somebody wanted it is known also where there was nothing.
  if (count === 0) await repushPage(deps, { id, selection, eventIds: [] }, origin);
  return count;
}

interface Page {
  readonly id: number;
  readonly selection: RepushSelection;
  readonly eventIds: readonly number[];
}

async function repushPage(deps: Deps, { id, selection, eventIds }: Page, origin: AuditOrigin): Promise<void> {
  const outboxId = await inTransaction(deps.db, async (transaction) => {
    requireOn(await PushEndpoint.findByPk(id, { lock: true, transaction }));
    await writeAudit(deps, origin, auditEntry(id, selection, eventIds.length), transaction);
    if (eventIds.length === 0) return null;
    await queueAgain(deps, id, [...eventIds], transaction);
    return addToOutbox({ pushEndpointId: id }, 'pushed again', transaction);
  });
  if (outboxId !== null) await deliverOutbox(deps, outboxId);
}

function requireOn(endpoint: PushEndpoint | null): PushEndpoint {
  if (!endpoint) throw new NotFoundError('There is no such endpoint.');
  if (endpoint.state === 'off') throw new AppError(409, 'endpoint_off', 'The endpoint is off. Switch it on first.');
  return endpoint;
}

async function queueAgain(
  { db, clock }: Deps,
  endpointId: number,
  eventIds: number[],
  transaction: Transaction,
): Promise<void> {
  const now = clock.now();
  const asNew = {
    ...({ state: 'queued', attempts: 0, nextAttemptAt: now } as const),
    ...{ firstTriedAt: null, lastTriedAt: null, deliveredAt: null, lastStatus: null, lastFailure: null },
  };
  const where = { endpointId, eventId: eventIds, state: { [Op.ne]: 'queued' as const } };
  await PushDelivery.update(asNew, { where, transaction });
  await db.query(
    `INSERT INTO push_deliveries (endpoint_id, event_id, seq, state, next_attempt_at, created_at, updated_at)
     SELECT :endpointId, e.id, e.seq, 'queued', :now, :now, :now
       FROM outcome_events e
      WHERE e.id IN (:eventIds)
        AND NOT EXISTS (SELECT 1 FROM push_deliveries d WHERE d.endpoint_id = :endpointId AND d.event_id = e.id)
      ORDER BY e.seq`,
    { type: QueryTypes.INSERT, replacements: { endpointId, eventIds, now: sqlInstant(now) }, transaction },
  );
}

function auditEntry(id: number, selection: RepushSelection, events: number): AuditEntry {
  const entry = { action: 'push_replayed', entity: { type: 'push_endpoint', id } } as const;
  if (selection.kind === 'event') return { ...entry, metadata: { events, event: selection.eventId } };
  const [from, to] = [selection.from.toISOString(), selection.to.toISOString()];
  return { ...entry, metadata: { events, from, to } };
}
