import { InvalidArgumentError, Option, type Command } from 'commander';
import { repushEvents } from '../commands/repushEvents';
import { THE_SYSTEM } from '../commands/writeAudit';
import { PUSH_STATES, type PushState } from '../models/PushDelivery';
import { presentPushDelivery } from '../presenters/pushEndpoint';
import { readEventName, type EventSought } from '../push/eventName';
import { listPushDeliveries } from '../queries/findPushEndpoints';
import { countRepushable, type RepushSelection } from '../queries/findRepushable';
import { parseId } from './parseId';
import { parseInstant } from './parseInstant';
import { complain, EXIT_USAGE, print, printJson, printTable } from './run';
import { withEndpoint } from './withEndpoint';

interface ListOptions {
  readonly state?: PushState;
  readonly limit: number;
  readonly json?: boolean;
}

interface ReplayOptions {
  readonly event?: EventSought;
  readonly from?: Date;
  readonly to?: Date;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const ENDPOINT = ['<id>', 'the number of the endpoint, as push-endpoints list shows it', parseId] as const;

export function addPushDeliveries(endpoints: Command): void {
  endpoints
    .command('deliveries')
    .argument(...ENDPOINT)
    .description('what was pushed to an endpoint, the latest first, and why not')
    .addOption(new Option('--state <state>', 'only those').choices(PUSH_STATES))
    .option('--limit <count>', 'how many', parseId, 50)
    .option('--json', 'as JSON')
    .action((id: number, { state, limit, json }: ListOptions) =>
      withEndpoint(id, json, async (deps) => {
        const rows = await listPushDeliveries(deps.db, { endpointId: id, state, limit });
        const shown = rows.map((row) => presentPushDelivery(row, 'UTC'));
        if (json) printJson(shown);
        else {
          printTable(
            ['EVENT', 'KIND', 'CLASS', 'STATE', 'TRIES', 'WHY NOT'],
            shown.map(({ event, type, classDateId, word, attempts, why }) => [
              ...[event, type, String(classDateId), word],
              ...[String(attempts), why ?? ''],
            ]),
          );
        }
        return 0;
      }),
    );
}

export function addPushReplay(endpoints: Command): void {
  endpoints
    .command('replay')
    .argument(...ENDPOINT)
    .description('push events again, one or those of a span of time, also those that it missed; each under its id')
    .option('--event <id>', 'one event, as `deliveries` names it', parseEvent)
    .option('--from <iso>', 'the first instant at which they came to be, such as 2026-11-23T10:00:00Z', parseInstant)
    .option('--to <iso>', 'the instant before which they came to be', parseInstant)
    .option('--dry-run', 'say how many there are; change nothing')
    .option('--json', 'as JSON')
    .action(async (id: number, options: ReplayOptions) => {
      const selection = selectionOf(options);
      if (!selection) {
        complain('Give either --event, or --from and a later --to.');
        process.exitCode = EXIT_USAGE;
        return;
      }
      await replay(id, selection, options);
    });
}

function replay(id: number, selection: RepushSelection, { dryRun, json }: ReplayOptions): Promise<void> {
  return withEndpoint(id, json, async (deps, endpoint) => {
    const events = dryRun
      ? await countRepushable(deps.db, endpoint, selection)
      : await repushEvents(deps, { id, selection }, THE_SYSTEM);
    if (json) printJson({ id, found: true, events });
    else print(`Events that ${dryRun ? 'would go' : 'go'} out again: ${events}`);
    return events === 0 && selection.kind === 'event' ? 1 : 0;
  });
}

function selectionOf({ event, from, to }: ReplayOptions): RepushSelection | null {
  if (event !== undefined) return from || to ? null : { kind: 'event', ...event };
  return from && to && from < to ? { kind: 'span', from, to } : null;
}

function parseEvent(text: string): EventSought {
  const event = readEventName(text);
  if (!event) throw new InvalidArgumentError('It looks like evt_12_9f86d081884c7d65; its number alone will do.');
  return event;
}
