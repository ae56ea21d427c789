import type { Command } from 'commander';
import { replayWebhooksNow, type ReplayOutcome } from '../commands/replayWebhooks';
import { THE_SYSTEM } from '../commands/writeAudit';
import { countReplayable, type ReplaySelection } from '../queries/findReplayable';
import { parseId } from './parseId';
import { parseInstant } from './parseInstant';
import { complain, EXIT_USAGE, print, printJson, runCommand } from './run';

interface ReplayOptions {
  readonly class?: number;
  readonly from?: Date;
  readonly to?: Date;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addWebhooks(program: Command): void {
  const webhooks = program.command('webhooks').description('what Zoom has told us');
  webhooks
    .command('replay')
    .description('read stored events again, of one class date or of a span of time; nothing counts twice')
    .option('--class <id>', 'the number of the class date', parseId)
    .option('--from <iso>', 'the first instant at which they came, such as 2026-11-23T10:00:00Z', parseInstant)
    .option('--to <iso>', 'the instant before which they came', parseInstant)
    .option('--dry-run', 'say how many there are; change nothing')
    .option('--json', 'as JSON')
    .action(async (options: ReplayOptions) => {
      const selection = selectionOf(options);
      if (!selection) {
        complain('Give either --class, or --from and a later --to.');
        process.exitCode = EXIT_USAGE;
        return;
      }
      await runCommand(async (deps) => {
        if (options.dryRun) {
          const events = await countReplayable(selection);
          if (options.json) printJson({ events });
          else print(`Stored events that would be read again: ${events}`);
          return 0;
        }
        const outcome = await replayWebhooksNow(deps, selection, THE_SYSTEM);
        if (options.json) printJson(outcome);
        else printOutcome(outcome);
        return outcome.failed + outcome.waiting === 0 ? 0 : 1;
      });
    });
}

function selectionOf({ class: classDateId, from, to }: ReplayOptions): ReplaySelection | null {
  if (classDateId !== undefined) return from || to ? null : { kind: 'class', classDateId };
  return from && to && from < to ? { kind: 'span', from, to } : null;
}

function printOutcome({ events, processed, unmatched, failed, waiting }: ReplayOutcome): void {
  print(`${events} stored events: ${processed} read again, ${unmatched} not about a class of ours.`);
  if (failed > 0) complain(`${failed} cannot be understood; the reasons stand at /admin/zoom/webhooks.`);
  if (waiting > 0) complain(`${waiting} went wrong just now; a worker tries them again by itself.`);
}
