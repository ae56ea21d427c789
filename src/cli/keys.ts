import { randomBytes } from 'node:crypto';
import { InvalidArgumentError, type Command } from 'commander';
import { rotateKeys, type Rotation } from '../commands/rotateKeys';
import { KEY_BYTES } from '../config/schema';
import { complain, print, printJson, printTable, runCommand } from './run';

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('the keys that protect what is secret in MySQL');
  keys
    .command('new')
    .description('make the two keys of a new site, as lines for .env; keep a copy where the database’s copies are not')
    .option('--id <name>', 'what they are called; another one than those you have', parseKeyId, 'k1')
    .option('--json', 'as JSON')
    .action(({ id, json }: { id: string; json?: boolean }) => {
      const made = { ENCRYPTION_KEYS: newKey(id), SIGNING_KEYS: newKey(id) };
      if (json) printJson(made);
      else for (const [name, key] of Object.entries(made)) print(`${name}=${key}`);
    });
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

function newKey(id: string): string {
  return `${id}:${randomBytes(KEY_BYTES).toString('base64')}`;
}

function parseKeyId(text: string): string {
  if (!/^[A-Za-z0-9_-]{1,16}$/.test(text)) throw new InvalidArgumentError('Up to 16 letters and digits, such as k2.');
  return text;
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
