import type { Command } from 'commander';
import { refreshAll, type TeacherRefresh } from '../commands/refreshAll';
import { print, printJson, printTable, runCommand } from './run';

export function addRefreshTokens(program: Command): void {
  program
    .command('refresh-tokens')
    .description('renew the Zoom tokens that have used up half their life; what is younger is left alone')
    .option('--dry-run', 'say what would be done; ask nothing of Zoom')
    .option('--json', 'as JSON')
    .action(({ dryRun = false, json }: { dryRun?: boolean; json?: boolean }) =>
      runCommand(async (deps) => {
        const refreshes = await refreshAll(deps, { dryRun });
        if (json) printJson(refreshes);
        else printRefreshes(refreshes);
        return refreshes.some(({ outcome }) => outcome === 'kept' || outcome === 'dead') ? 1 : 0;
      }),
    );
}

const REMEDIES: Readonly<Record<TeacherRefresh['outcome'], string>> = {
  fresh: '',
  'would be renewed': '',
  renewed: '',
  'not connected': '',
  kept: 'The old token stays in use. Look at the trouble page.',
  dead: 'The teacher must connect Zoom again; they are mailed the link.',
};

function printRefreshes(refreshes: readonly TeacherRefresh[]): void {
  if (refreshes.length === 0) return print('No teacher has a connection.');
  printTable(
    ['TEACHER', 'OUTCOME', 'WHY', 'WHAT TO DO'],
    refreshes.map(({ teacherId, outcome, reason }) => [String(teacherId), outcome, reason ?? '', REMEDIES[outcome]]),
  );
}
