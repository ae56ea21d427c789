import type { Deps } from '../deps';
import { WorkflowSweep } from '../models/WorkflowSweep';
import { deliverOutbox } from '../temporal/outbox';
import { closeIncident } from './closeIncident';
import { reportTrouble } from './openIncident';
import type { SweepCounts } from './sweepWorkflows';

const SWEEP_ACTED = { cause: 'sweep_acted' } as const;

/**
 * Keeps what a sweep saw where admins see it, and says loudly when it had to start workflows that should have run: they
 * run again, but something had lost them. The next sweep that finds all in order closes the incident.
 */
export async function recordSweep(
  deps: Pick<Deps, 'db' | 'clock' | 'temporal' | 'logger'>,
  counts: SweepCounts,
  startedAt: Date,
): Promise<void> {
  await WorkflowSweep.create({ ...counts, startedAt });
  const { missing, stuck, orphans, overdue, failed } = counts;
  if (missing + stuck + orphans + overdue + failed === 0) deps.logger.debug({ sweep: counts }, 'sweep: all in order');
  else deps.logger.warn({ sweep: counts }, 'sweep: had to act');
  if (missing + stuck > 0) return reportTrouble(deps, SWEEP_ACTED);
  const outboxId = await closeIncident(deps, SWEEP_ACTED, null);
  if (outboxId !== null) await deliverOutbox(deps, outboxId);
}
