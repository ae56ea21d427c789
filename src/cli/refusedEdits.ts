import type { Command } from 'commander';
import { settleRefusedEdit, type RefusedEditDecision } from '../commands/settleRefusedEdit';
import { THE_SYSTEM } from '../commands/writeAudit';
import { presentRefusedEdit } from '../presenters/refusedEdit';
import { countRefusedEdits, listRefusedEdits } from '../queries/listRefusedEdits';
import { runEdit, withEditOptions, type EditOptions } from './editOptions';
import { parseId } from './parseId';
import { print, printJson, printTable, runCommand } from './run';

const WORDS: Readonly<Record<RefusedEditDecision, string>> = {
  ours: 'what was changed here stands',
  theirs: 'it is as the marketplace says',
};

export function addRefusedEdits(program: Command): void {
  const edits = program
    .command('refused-edits')
    .description('what marketplaces want otherwise than it was changed here');
  edits
    .command('list')
    .description('what waits for a decision, the oldest first')
    .option('--json', 'as JSON')
    .action(({ json = false }: { json?: boolean }) => list(json));
  addDecision(edits, 'keep-ours', 'ours', 'what was changed here stands, and the same content is not refused again');
  addDecision(edits, 'take-theirs', 'theirs', 'what the marketplace sent goes through');
}

function addDecision(edits: Command, name: string, decision: RefusedEditDecision, description: string): void {
  withEditOptions(edits.command(name).argument('<id>', 'the number in the list', parseId))
    .description(description)
    .action((id: number, options: EditOptions) =>
      runEdit(options, async (deps, how) => {
        await settleRefusedEdit(deps, { id, decision, ...how }, THE_SYSTEM);
        if (options.json) printJson({ id, decision });
        else print(`Edit ${id}${options.dryRun ? ' would be' : ' is'} settled: ${WORDS[decision]}.`);
      }),
    );
}

function list(json: boolean): Promise<void> {
  return runCommand(async () => {
    const edits = (await listRefusedEdits()).map((row) => presentRefusedEdit(row, null));
    if (json) {
      printJson(
        edits.map(({ id, title, customer, refusedAt, differences }) => ({
          id,
          title,
          customer,
          refusedAt,
          differences,
        })),
      );
      return 0;
    }
    const rows = edits.flatMap(({ id, title, differences }) =>
      differences.map(({ what, here, theirs }) => [String(id), title, what, here, theirs]),
    );
    if (rows.length === 0) print('Nothing waits for a decision.');
    else printTable(['edit', 'of', 'what', 'here', 'marketplace'], rows);
    const total = await countRefusedEdits();
    if (total > edits.length) print(`These are the oldest ${edits.length} of ${total}.`);
    return 0;
  });
}
