import type { Command } from 'commander';
import { recordSweep } from '../commands/recordSweep';
import { deleteOldRows } from '../commands/deleteOldRows';
import { sweepWorkflows, type SweepCounts } from '../commands/sweepWorkflows';
import { complain, print, printJson, runCommand } from './run';

export function addSweep(program: Command): void {
  program
    .command('sweep')
    .description('compare class dates with running workflows now, mend what differs, delete what is old and done with')
    .option('--dry-run', 'say what differs; change nothing')
    .option('--json', 'as JSON')
    .action(({ dryRun = false, json }: { dryRun?: boolean; json?: boolean }) =>
      runCommand(async (deps) => {
        const startedAt = deps.clock.now();
        const counts = await sweepWorkflows(deps, { dryRun });
        const deleted = dryRun ? 0 : await deleteOldRows(deps);
        if (!dryRun) await recordSweep(deps, counts, startedAt);
        if (json) printJson({ ...counts, deleted });
        else printCounts(counts, { dryRun, deleted });
        const { missing, stuck, orphans, overdue, failed } = counts;
        return failed > 0 || (dryRun && missing + stuck + orphans + overdue > 0) ? 1 : 0;
      }),
    );
}

function printCounts(counts: SweepCounts, { dryRun, deleted }: { dryRun: boolean; deleted: number }): void {
  const { expected, running, missing, onTheirWay, stuck, orphans, overdue, failed } = counts;
  const done = (word: string) => (dryRun ? '' : `, ${word}`);
  print(`Should run: ${expected}, of which run: ${running}`);
  if (onTheirWay > 0) print(`On their way: ${onTheirWay}`);
  if (missing > 0) print(`Missing${done('started')}: ${missing}`);
  if (stuck > 0) print(`Stuck${done('started anew')}: ${stuck}`);
  if (orphans > 0) print(`Of no row of ours${done('ended')}: ${orphans}`);
  if (overdue > 0) print(`Overdue${done('told to look again')}: ${overdue}`);
  if (deleted > 0) print(`Old rows deleted: ${deleted}`);
  if (failed > 0) complain(`${failed} of these could not be helped now. The next sweep tries again.`);
}
