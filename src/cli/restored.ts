import type { Command } from 'commander';
import { settleRestore, type RestoreReport } from '../commands/settleRestore';
import { print, printJson, runCommand } from './run';

interface Options {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addRestored(program: Command): void {
  program
    .command('restored')
    .description('after a backup was put back, before web and worker start: end what it would make good again')
    .option('--dry-run', 'say what would be ended, and what is in doubt; change nothing')
    .option('--json', 'as JSON')
    .action(({ dryRun = false, json }: Options) =>
      runCommand(async (deps) => {
        const report = await settleRestore(deps, { dryRun });
        if (json) printJson(report);
        else printReport(report, dryRun);
        return 0;
      }),
    );
}

function printReport(report: RestoreReport, dryRun: boolean): void {
  const { knownUntil, sessionsEnded, linksWithdrawnOf, teachersInDoubt, mailsInDoubt, classDatesInDoubt } = report;
  print(`The last thing known is of ${knownUntil?.toISOString() ?? 'never'}.`);
  print(`${dryRun ? 'Would be ended' : 'Ended'}:`);
  print(`  sessions; everybody signs in anew: ${sessionsEnded}`);
  print(`  links to choose a password by, of the people ${listed(linksWithdrawnOf)}`);
  print('In doubt, as it was most likely done since:');
  print(`  Zoom connections to be renewed; teachers who have to connect again are mailed: ${listed(teachersInDoubt)}`);
  print(`  classes with mails due since; they go out once more: ${listed(classDatesInDoubt)}`);
  print(`  mails that were on their way; they go out, perhaps once more: ${mailsInDoubt.length}`);
}

function listed(ids: readonly number[]): string {
  return ids.length === 0 ? 'none' : ids.join(', ');
}
