import { randomUUID } from 'node:crypto';
import { QueryTypes } from 'sequelize';
import type { Deps } from '../deps';
import { WorkflowOutbox } from '../models/WorkflowOutbox';
import { tellWorkflow } from '../temporal/outbox';

/** Longer than Temporal is given to answer; after it, whoever looks next may take the row. */
const LEASE_SECONDS = 30;
/** So many at once, and then the next: what cannot be told holds up no more than these. */
const BATCH = 25;
/** A row that could not be told rests, twice as long each time, so that it is behind all others meanwhile. */
const FIRST_REST_SECONDS = 2;
const LONGEST_REST_SECONDS = 30;

type RelayDeps = Pick<Deps, 'db' | 'temporal' | 'logger'>;

/**
 * Delivers what is due in the outbox: whoever wrote it died after the commit, or Temporal did not answer then. Any number
 * of workers may do it at once. A workflow that hears of something twice only looks twice.
 *
 * @returns false when nobody could be told: Temporal does not answer, and asking again at once would only press it
 */
export async function relayOutbox(deps: RelayDeps, signal?: AbortSignal): Promise<boolean> {
  for (;;) {
    const candidates = await findDue(deps);
    if (candidates.length === 0) return true;
    const rows = await lease(deps, candidates);
    const told = await Promise.all(rows.map((row) => tell(deps, row)));
    const idsWhere = (known: boolean) => rows.filter((_, index) => told[index] === known).map(({ id }) => id);
    await markDelivered(idsWhere(true));
    await letRest(deps, idsWhere(false));
    if (rows.length > 0 && !told.includes(true)) return false;
    if (signal?.aborted) return true;
  }
}

/** Those that wait longest come first. */
async function findDue({ db }: RelayDeps): Promise<number[]> {
  const rows = await db.query<{ id: number }>(
    `SELECT id FROM workflow_outbox
      WHERE delivered_at IS NULL AND (lease_until IS NULL OR lease_until <= UTC_TIMESTAMP(3))
      ORDER BY lease_until
      LIMIT ${BATCH}`,
    { type: QueryTypes.SELECT },
  );
  return rows.map(({ id }) => id);
}

/** Takes those that nobody else has taken meanwhile. */
async function lease({ db }: RelayDeps, ids: readonly number[]): Promise<WorkflowOutbox[]> {
  const holder = randomUUID();
  await db.query(
    `UPDATE workflow_outbox
        SET lease_holder = :holder, lease_until = TIMESTAMPADD(SECOND, ${LEASE_SECONDS}, UTC_TIMESTAMP(3)),
            attempts = attempts + 1
      WHERE id IN (:ids) AND delivered_at IS NULL AND (lease_until IS NULL OR lease_until <= UTC_TIMESTAMP(3))`,
    { type: QueryTypes.UPDATE, replacements: { holder, ids } },
  );
  return WorkflowOutbox.findAll({ where: { id: [...ids], leaseHolder: holder } });
}

async function tell({ temporal, logger }: RelayDeps, row: WorkflowOutbox): Promise<boolean> {
  try {
    await tellWorkflow(temporal, row);
    return true;
  } catch (error) {
    // Only its name: a database's message can quote what it was asked to write.
    const reason = error instanceof Error ? error.name : 'unknown';
    logger.warn({ outboxId: row.id, attempts: row.attempts, reason }, 'workflow could not be told; it is tried again');
    return false;
  }
}

async function markDelivered(ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await WorkflowOutbox.update({ deliveredAt: new Date(), leaseHolder: null }, { where: { id: [...ids] } });
}

async function letRest({ db }: RelayDeps, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await db.query(
    `UPDATE workflow_outbox
        SET lease_holder = NULL, lease_until = TIMESTAMPADD(SECOND,
              LEAST(${FIRST_REST_SECONDS} * POW(2, LEAST(attempts, 10) - 1), ${LONGEST_REST_SECONDS}), UTC_TIMESTAMP(3))
      WHERE id IN (:ids) AND delivered_at IS NULL`,
    { type: QueryTypes.UPDATE, replacements: { ids } },
  );
}
