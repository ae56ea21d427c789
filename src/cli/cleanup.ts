import type { Command } from 'commander';
import { cleanUp } from '../commands/cleanUp';
import { print, printJson, runCommand } from './run';

export function addCleanup(program: Command): void {
  program
    .command('cleanup')
    .description('clear away now what is no longer needed, as happens every night; touches no link that works')
    .option('--dry-run', 'say how much it would be; change nothing')
    .option('--json', 'as JSON')
    .action(({ dryRun = false, json }: { dryRun?: boolean; json?: boolean }) =>
      runCommand(async (deps) => {
        const counts = await cleanUp(deps, { dryRun });
        if (json) {
          printJson(counts);
          return 0;
        }
        const { passes, sessions, limits, mailErrors, bounces, accountLinks, pushes, events, auditTraces } = counts;
        print(`${dryRun ? 'Would be cleared' : 'Cleared'}:`);
        print(`  passes of classes long over, of who opened them from where: ${passes}`);
        print(`  sessions that have run out: ${sessions}`);
        print(`  limits that have run out: ${limits}`);
        print(`  what mail servers said long ago: ${mailErrors}`);
        print(`  addresses that bounced long ago, and not since: ${bounces}`);
        print(`  links to choose a password by that are long over, with their mails: ${accountLinks}`);
        print(`  what was pushed to endpoints long ago: ${pushes}`);
        print(`  events of the feed that are kept no longer: ${events}`);
        print(`  rows of the audit log, of from where something was done: ${auditTraces}`);
        return 0;
      }),
    );
}
