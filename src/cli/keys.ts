import type { Command } from 'commander';
import { rotateKeys, type Rotation } from '../commands/rotateKeys';
import { complain, print, printJson, printTable, runCommand } from './run';

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('the keys that protect what is secret in MySQL');
  keys
    .command('rotate')
    .description('bring everything under the first key of ENCRYPTION_KEYS, while the system runs; may be repeated')
    .option('--dry-run', 'say what would be done; change nothing')
    .option('--json', 'as JSON')
    .action(({ dryRun = false, json }: { dryRun?: boolean; json?: boolean }) =>
      runCommand(async (deps) => {
        const rotation = await rotateKeys(deps, { dryRun });
        if (json) printJson(rotation);
        else printRotation(rotation, dryRun);
        const unreadable = rotation.columns.flatMap((column) => column.unreadable);
        for (const message of unreadable) complain(message);
        return unreadable.length > 0 ? 1 : 0;
      }),
    );
}

function printRotation({ columns, unusedKeys }: Rotation, dryRun: boolean): void {
  printTable(
    ['TABLE', 'COLUMN', dryRun ? 'WOULD BE RENEWED' : 'RENEWED', 'UNREADABLE'],
    columns.map(({ table, column, rotated, unreadable }) => [
      table,
      column,
      String(rotated),
      String(unreadable.length),
    ]),
  );
  if (unusedKeys.length > 0)
    print(`Nothing needs these keys any more; take them out of ENCRYPTION_KEYS: ${unusedKeys.join(', ')}`);
}
