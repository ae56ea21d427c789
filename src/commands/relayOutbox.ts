import { QueryTypes } from 'sequelize';
import type { Deps } from '../deps';
import { deliverOutbox } from '../temporal/outbox';

/** Longer than it takes whoever wrote the row to deliver it after the commit. */
const LEFT_AFTER_SECONDS = 10;
const BATCH = 100;

/**
 * Delivers what a process left in the outbox: it died after its commit, or Temporal did not answer then. A workflow that
 * hears of something twice only looks twice.
 */
export async function relayOutbox(deps: Pick<Deps, 'db' | 'temporal' | 'logger'>): Promise<void> {
  const left = await deps.db.query<{ id: number }>(
    `SELECT id FROM workflow_outbox
      WHERE delivered_at IS NULL AND created_at < TIMESTAMPADD(SECOND, -${LEFT_AFTER_SECONDS}, UTC_TIMESTAMP(3))
      ORDER BY created_at
      LIMIT ${BATCH}`,
    { type: QueryTypes.SELECT },
  );
  await deliverOutbox(deps, ...left.map(({ id }) => id));
}
