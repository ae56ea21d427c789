import type { Command } from 'commander';
import type { Deps } from '../deps';
import { runCommand } from './run';
import { onTrial } from './trial';

/** What every change of classes can be asked to do besides. */
export interface EditOptions {
  readonly quiet?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function withEditOptions(command: Command): Command {
  return command
    .option('--quiet', 'mail nobody about it')
    .option('--force', 'do it although people are in the room')
    .option('--dry-run', 'check it, and say what it would come to; change nothing')
    .option('--json', 'as JSON');
}

/** Carries an edit out, or tries it. */
export function runEdit(
  { quiet = false, force = false, dryRun = false }: EditOptions,
  act: (deps: Deps, how: { notify: boolean; force: boolean }) => Promise<void>,
): Promise<void> {
  return runCommand(async (deps) => {
    await act(dryRun ? onTrial(deps) : deps, { notify: !quiet, force });
    return 0;
  });
}
