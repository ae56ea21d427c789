import { Context, heartbeat } from '@temporalio/activity';
import { deleteOldRows } from '../src/commands/deleteOldRows';
import { recordSweep } from '../src/commands/recordSweep';
import { rederiveDaily, type DailyRederived } from '../src/commands/rederiveDaily';
import { sweepWorkflows, type SweepCounts } from '../src/commands/sweepWorkflows';
import type { Deps } from '../src/deps';
import { heartbeating } from './heartbeating';

/** What the sweep does, step by step. Time here is the real one: it looks after what is so now. */
export function createSweepActivities(deps: Deps) {
  return {
    sweepWorkflows: (): Promise<SweepCounts> =>
      heartbeating(async () => {
        const startedAt = deps.clock.now();
        const signal = Context.current().cancellationSignal;
        const counts = await sweepWorkflows(deps, { onProgress: (sofar) => heartbeat(sofar), signal });
        await recordSweep(deps, counts, startedAt);
        return counts;
      }),
    deleteOldRows: (): Promise<number> => heartbeating(() => deleteOldRows(deps, () => heartbeat())),
    rederiveDaily: (): Promise<DailyRederived | null> => heartbeating(() => rederiveDaily(deps)),
  };
}

export type SweepActivities = ReturnType<typeof createSweepActivities>;
