import { setTimeout as sleep } from 'node:timers/promises';
import { publishEvents } from './commands/publishEvents';
import type { Deps } from './deps';

const EVERY_MS = 1_000;

type PublisherDeps = Pick<Deps, 'db' | 'clock' | 'temporal' | 'logger'>;

export interface EventPublisher {
  /** Lets the batch under way finish. */
  stop(): Promise<void>;
}

/** Gives new events their place in the feed; in each worker process, of which one at a time does it. */
export function startEventPublisher(deps: PublisherDeps, everyMs = EVERY_MS): EventPublisher {
  const stopping = new AbortController();
  const running = run(deps, everyMs, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function run(deps: PublisherDeps, everyMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await publishEvents(deps, signal);
    } catch (error) {
      // Only its name: a database's message can quote what it was asked to write.
      const reason = error instanceof Error ? error.name : 'unknown';
      deps.logger.warn({ reason }, 'events could not be published now; it is tried again');
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
