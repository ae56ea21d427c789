import type { Command } from 'commander';
import { changePushEndpoint, wantedOf } from '../commands/changePushEndpoint';
import { checkPushEndpoint } from '../commands/checkPushEndpoint';
import { createPushEndpoint } from '../commands/createPushEndpoint';
import { deletePushEndpoint } from '../commands/deletePushEndpoint';
import { OVERLAP_HOURS, rotatePushSecret } from '../commands/rotatePushSecret';
import { sendTestPush } from '../commands/sendTestPush';
import { switchOffPushEndpoint } from '../commands/switchOffPushEndpoint';
import { switchOnPushEndpoint } from '../commands/switchOnPushEndpoint';
import { THE_SYSTEM } from '../commands/writeAudit';
import type { Deps } from '../deps';
import { PUSHED_BY_DEFAULT } from '../domain/pushes';
import { outcomeInWords, presentPushEndpoint } from '../presenters/pushEndpoint';
import { listPushEndpoints } from '../queries/findPushEndpoints';
import { parseId } from './parseId';
import { addPushDeliveries, addPushReplay } from './pushDeliveries';
import { print, printJson, printTable, runCommand } from './run';
import { withEndpoint } from './withEndpoint';

interface Options {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addPushEndpoints(program: Command): void {
  const endpoints = program.command('push-endpoints').description('where marketplaces have events pushed to');
  addList(endpoints);
  addCreate(endpoints);
  addChange(endpoints);
  addSwitch(endpoints, {
    name: 'off',
    description: 'send an endpoint nothing more; what waits for it is given up',
    change: (deps, id) => switchOffPushEndpoint(deps, id, THE_SYSTEM),
  });
  addSwitch(endpoints, {
    name: 'on',
    description: 'send an endpoint what happens from now on; what it missed it gets by replay',
    change: (deps, id) => switchOnPushEndpoint(deps, id, THE_SYSTEM),
  });
  addDelete(endpoints);
  addRotate(endpoints);
  addTest(endpoints);
  addPushDeliveries(endpoints);
  addPushReplay(endpoints);
}

function addList(endpoints: Command): void {
  endpoints
    .command('list')
    .description('every endpoint, and how it stands')
    .option('--json', 'as JSON')
    .action(({ json }: Options) =>
      runCommand(async (deps) => {
        const rows = await listPushEndpoints(deps.db);
        const shown = rows.map((row) => presentPushEndpoint(row, 'UTC', deps.clock.now()));
        if (json) printJson(shown);
        else {
          printTable(
            ['ENDPOINT', 'CUSTOMER', 'STATE', 'DELIVERED', 'WAITING', 'GIVEN UP', 'ADDRESS'],
            shown.map(({ id, customer, state, counts, url }) => [
              ...[String(id), customer, state],
              ...[String(counts.delivered), String(counts.queued), String(counts.failed), url],
            ]),
          );
        }
        return 0;
      }),
    );
}

function addCreate(endpoints: Command): void {
  endpoints
    .command('create')
    .argument('<url>', 'its address, which begins with https://')
    .description('make an endpoint; its signing secret is shown once')
    .requiredOption('--customer <name>', 'whose orders it hears of, as their API keys have it')
    .option('--types <list>', 'what it is told, with commas', list, [...PUSHED_BY_DEFAULT])
    .option('--dry-run', 'say whether it could be made; change nothing')
    .option('--json', 'as JSON')
    .action((url: string, { json, dryRun, ...options }: Options & { customer: string; types: string[] }) =>
      runCommand(async (deps) => {
        const wanted = { url, ...options };
        if (dryRun) await checkPushEndpoint(deps, wanted);
        const made = dryRun ? null : await createPushEndpoint(deps, wanted, THE_SYSTEM);
        if (json) printJson({ id: made?.endpoint.id ?? null, secret: made?.secret ?? null });
        else if (made) print(`${made.secret}\nThis is endpoint ${made.endpoint.id}. Its secret is shown this once.`);
        else print('The endpoint could be made.');
        return 0;
      }),
    );
}

function addChange(endpoints: Command): void {
  endpoints
    .command('change')
    .argument('<id>', 'its number, as push-endpoints list shows it', parseId)
    .description('send an endpoint’s events elsewhere, or others from now on; its secret stays')
    .option('--url <url>', 'its new address')
    .option('--types <list>', 'what it is told, with commas', list)
    .option('--dry-run', 'say whether it could be changed; change nothing')
    .option('--json', 'as JSON')
    .action((id: number, { json, dryRun, ...what }: Options & { url?: string; types?: string[] }) =>
      withEndpoint(id, json, async (deps, endpoint) => {
        const change = { id, ...what };
        if (dryRun) await checkPushEndpoint(deps, wantedOf(endpoint, change), endpoint.url);
        else await changePushEndpoint(deps, change, THE_SYSTEM);
        if (json) printJson({ id, found: true });
        else print(`Endpoint ${id} ${dryRun ? 'could be' : 'is'} changed.`);
        return 0;
      }),
    );
}

interface Switch {
  readonly name: 'on' | 'off';
  readonly description: string;
  /** @returns whether it was not so before */
  readonly change: (deps: Deps, id: number) => Promise<boolean>;
}

function addSwitch(endpoints: Command, { name, description, change }: Switch): void {
  endpoints
    .command(name)
    .argument('<id>', 'its number, as push-endpoints list shows it', parseId)
    .description(description)
    .option('--dry-run', 'say how it stands; change nothing')
    .option('--json', 'as JSON')
    .action((id: number, { dryRun, json }: Options) =>
      withEndpoint(id, json, async (deps, endpoint) => {
        const changed = dryRun ? endpoint.state !== name : await change(deps, id);
        if (json) printJson({ id, found: true, changed });
        else if (!changed) print(`Endpoint ${id} was ${name} before.`);
        else print(`Endpoint ${id} ${dryRun ? 'would be' : 'is'} ${name}${dryRun ? '' : ' now'}.`);
        return 0;
      }),
    );
}

function addDelete(endpoints: Command): void {
  endpoints
    .command('delete')
    .argument('<id>', 'its number, as push-endpoints list shows it', parseId)
    .description('delete an endpoint with its address, its secret and its deliveries')
    .option('--dry-run', 'say whether there is such an endpoint; change nothing')
    .option('--json', 'as JSON')
    .action((id: number, { dryRun, json }: Options) =>
      withEndpoint(id, json, async (deps) => {
        if (!dryRun) await deletePushEndpoint(deps, id, THE_SYSTEM);
        if (json) printJson({ id, found: true, deleted: !dryRun });
        else print(`Endpoint ${id} ${dryRun ? 'would be' : 'is'} deleted.`);
        return 0;
      }),
    );
}

function addRotate(endpoints: Command): void {
  endpoints
    .command('rotate')
    .argument('<id>', 'its number, as push-endpoints list shows it', parseId)
    .description(`give an endpoint a new signing secret, shown once; for ${OVERLAP_HOURS} hours the former signs too`)
    .option('--at-once', 'others know the former one: it must sign nothing more')
    .option('--dry-run', 'say whether there is such an endpoint; change nothing')
    .option('--json', 'as JSON')
    .action((id: number, { dryRun, json, atOnce = false }: Options & { atOnce?: boolean }) =>
      withEndpoint(id, json, async (deps) => {
        const secret = dryRun ? null : (await rotatePushSecret(deps, { id, atOnce }, THE_SYSTEM)).secret;
        if (json) printJson({ id, found: true, secret });
        else print(secret ?? `Endpoint ${id} would get a new secret.`);
        return 0;
      }),
    );
}

function addTest(endpoints: Command): void {
  endpoints
    .command('test')
    .argument('<id>', 'its number, as push-endpoints list shows it', parseId)
    .description('send an endpoint a signed event that tells of nothing; once it takes one, all that waits goes out')
    .option('--dry-run', 'say whether there is such an endpoint; send nothing')
    .option('--json', 'as JSON')
    .action((id: number, { dryRun, json }: Options) =>
      withEndpoint(id, json, async (deps) => {
        const outcome = dryRun ? null : await sendTestPush(deps, id, THE_SYSTEM);
        if (json) printJson({ id, found: true, outcome });
        else print(outcome ? outcomeInWords(outcome) : `Endpoint ${id} would be sent a test event.`);
        return outcome?.ok === false ? 1 : 0;
      }),
    );
}

function list(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}
