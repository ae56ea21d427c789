import { InvalidArgumentError, type Command } from 'commander';
import { changeApiKey } from '../commands/changeApiKey';
import { CALLS_A_MINUTE, checkApiKey, checkScopes, createApiKey } from '../commands/createApiKey';
import { revokeApiKey } from '../commands/revokeApiKey';
import { THE_SYSTEM } from '../commands/writeAudit';
import { API_SCOPES } from '../domain/apiScopes';
import { ROW_ID } from '../domain/rowId';
import { ApiKey } from '../models/ApiKey';
import { presentApiKey } from '../presenters/apiKey';
import { complain, print, printJson, printTable, runCommand } from './run';

interface Options {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

interface NewKeyOptions extends Options {
  readonly customer: string;
  readonly scopes: readonly string[];
  readonly callsAMinute: number;
  readonly days?: number;
}

export function addApiKeys(program: Command): void {
  const keys = program.command('api-keys').description('the keys of the marketplace’s programs');
  addList(keys);
  addCreate(keys);
  addChange(keys);
  addRevoke(keys);
}

function addList(keys: Command): void {
  keys
    .command('list')
    .description('every key, and when it was last used')
    .option('--json', 'as JSON')
    .action(({ json }: { json?: boolean }) =>
      runCommand(async (deps) => {
        const rows = await ApiKey.findAll({ order: ['id'] });
        const shown = rows.map((key) => presentApiKey(key, 'UTC', deps.clock.now()));
        if (json) printJson(shown);
        else {
          printTable(
            ['KEY', 'NAME', 'CUSTOMER', 'STATE', 'LAST USED (UTC)', 'SCOPES'],
            shown.map(({ id, name, customer, state, lastUsedAt, scopes }) => [
              String(id),
              name,
              customer,
              state,
              lastUsedAt ?? 'never',
              scopes.join(','),
            ]),
          );
        }
        return 0;
      }),
    );
}

function addCreate(keys: Command): void {
  keys
    .command('create')
    .argument('<name>', 'what it is for')
    .description('make a key, which is shown once')
    .requiredOption('--customer <name>', 'whose orders it sees and makes, such as tutors-united')
    .requiredOption('--scopes <list>', `what it may do, with commas: ${Object.keys(API_SCOPES).join(',')}`, list)
    .option('--calls-a-minute <count>', 'how often it may call', whole, CALLS_A_MINUTE)
    .option('--days <count>', 'how long it is good; without it, until it is withdrawn', whole)
    .option('--dry-run', 'say whether it could be made; change nothing')
    .option('--json', 'as JSON')
    .action((name: string, { json, dryRun, days, ...options }: NewKeyOptions) =>
      runCommand(async (deps) => {
        const wanted = { name, days: days ?? null, ...options };
        // Also without a change it is the database that a key would be made in.
        await ApiKey.count();
        checkApiKey(wanted);
        const made = dryRun ? null : await createApiKey(deps, wanted, THE_SYSTEM);
        if (json) printJson({ id: made?.key.id ?? null, secret: made?.secret ?? null });
        else if (made) print(`${made.secret}\nThis is key ${made.key.id}. It is shown this once and kept nowhere.`);
        else print('The key could be made.');
        return 0;
      }),
    );
}

function addChange(keys: Command): void {
  keys
    .command('change')
    .argument('<id>', 'its number, as api-keys list shows it', rowId)
    .description('let a key do more, or less; the key itself stays')
    .requiredOption('--scopes <list>', `all of them, with commas: ${Object.keys(API_SCOPES).join(',')}`, list)
    .option('--dry-run', 'say what it may do now; change nothing')
    .option('--json', 'as JSON')
    .action((id: number, { dryRun, json, scopes }: Options & { scopes: readonly string[] }) =>
      runCommand(async (deps) => {
        const key = await ApiKey.findByPk(id);
        checkScopes(scopes);
        const changed = key && !dryRun ? await changeApiKey(deps, { id, scopes }, THE_SYSTEM) : false;
        if (json) printJson({ id, found: key !== null, former: key?.scopes.split(' ') ?? null, changed });
        else if (!key) complain('There is no such key.');
        else if (dryRun) print(`Key ${id} may: ${key.scopes}`);
        else print(changed ? `What key ${id} may do is changed.` : `That is what key ${id} may do.`);
        return key ? 0 : 1;
      }),
    );
}

function addRevoke(keys: Command): void {
  keys
    .command('revoke')
    .argument('<id>', 'its number, as api-keys list shows it', rowId)
    .description('withdraw a key: the next call with it is refused')
    .option('--dry-run', 'say whether it is good; change nothing')
    .option('--json', 'as JSON')
    .action((id: number, { dryRun, json }: Options) =>
      runCommand(async (deps) => {
        const key = await ApiKey.findByPk(id);
        const wasGood = key?.revokedAt === null;
        if (key && !dryRun) await revokeApiKey(deps, id, THE_SYSTEM);
        if (json) printJson({ id, found: key !== null, wasGood });
        else if (!key) complain('There is no such key.');
        else if (!wasGood) print(`Key ${id} was withdrawn before.`);
        else print(dryRun ? `Key ${id} would be withdrawn.` : `Key ${id} is withdrawn.`);
        return key ? 0 : 1;
      }),
    );
}

function list(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

function whole(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 1.');
  return Number(text);
}

function rowId(text: string): number {
  if (!ROW_ID.test(text)) throw new InvalidArgumentError('It is a number.');
  return Number(text);
}
