import { setTimeout as sleep } from 'node:timers/promises';
import { relayOutbox } from './commands/relayOutbox';
import { relayWebhooks } from './commands/relayWebhooks';
import { tidyInbox } from './commands/tidyInbox';
import type { Deps } from './deps';

const EVERY_MS = 2_000;
const SCHEDULE_EVERY_MS = 60_000;
/** After passes that failed, one after the other, the waits double up to this. */
const LONGEST_WAIT_MS = 15_000;

export interface Relay {
  /** Lets what is under way finish. */
  stop(): Promise<void>;
}

interface Duty {
  /** as the log has it */
  readonly name: string;
  readonly everyMs: number;
  /** @returns false when it was of no use, and asking again so soon would not be either */
  readonly pass: (signal: AbortSignal) => Promise<unknown>;
}

/**
 * The one timer outside Temporal: takes up what a process has left undone after it committed, because it died or because
 * that failed then. Events that Zoom sent and nobody interpreted, and workflows that must hear of something. It also sees
 * to it that the schedules are there: the sweep, which looks after everything else, and the nightly cleanup. In each worker
 * process, all at once; the lease on each row keeps them apart.
 */
export function startRelay(deps: Deps, everyMs = EVERY_MS): Relay {
  const stopping = new AbortController();
  const inbox: Duty = { name: 'webhook inbox', everyMs, pass: (signal) => relayWebhooks(deps, signal) };
  // Beside it: months of events that are read again hold up none that turns out to be of a meeting of ours.
  const order: Duty = { name: 'order of the webhook inbox', everyMs, pass: () => tidyInbox(deps) };
  const outbox: Duty = { name: 'workflow outbox', everyMs, pass: (signal) => relayOutbox(deps, signal) };
  const schedules: Duty = { name: 'schedules', everyMs: SCHEDULE_EVERY_MS, pass: () => ensureSchedules(deps) };
  // Side by side: a Temporal that does not answer keeps no event waiting.
  const running = Promise.all([inbox, order, outbox, schedules].map((duty) => repeat(deps, duty, stopping.signal)));
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function ensureSchedules({ temporal, logger }: Deps): Promise<void> {
  const paused = await temporal.schedules.ensure();
  for (const schedule of paused)
    logger.warn(
      { schedule },
      'somebody has paused a schedule: what it looks after is not looked after until it goes on',
    );
}

async function repeat({ logger }: Deps, { name, everyMs, pass }: Duty, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      failures = (await pass(signal)) === false ? failures + 1 : 0;
    } catch (error) {
      failures += 1;
      // Only its name: a database's message can quote what it was asked to write.
      const reason = error instanceof Error ? error.name : 'unknown';
      logger.warn({ reason }, `${name} could not be worked through now; it is tried again`);
    }
    const waitMs = Math.max(everyMs, Math.min(everyMs * 2 ** failures, LONGEST_WAIT_MS));
    await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  }
}
