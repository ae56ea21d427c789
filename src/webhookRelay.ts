import { setTimeout as sleep } from 'node:timers/promises';
import { relayOutbox } from './commands/relayOutbox';
import { relayWebhooks } from './commands/relayWebhooks';
import { tidyInbox } from './commands/tidyInbox';
import type { Deps } from './deps';

const EVERY_MS = 2_000;

export interface WebhookRelay {
  /** Lets the event under way finish. */
  stop(): Promise<void>;
}

/**
 * Takes up what web processes have acknowledged and left undone: because they died, or because it failed then. In each
 * worker process, all at once; the lease on each row keeps them apart.
 */
export function startWebhookRelay(deps: Deps, everyMs = EVERY_MS): WebhookRelay {
  const stopping = new AbortController();
  const running = run(deps, everyMs, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function run(deps: Deps, everyMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await tidyInbox(deps);
      await relayWebhooks(deps, signal);
      await relayOutbox(deps);
    } catch (error) {
      // Only its name: a database's message can quote what it was asked to write.
      const reason = error instanceof Error ? error.name : 'unknown';
      deps.logger.warn({ reason }, 'webhook inbox could not be worked through now; it is tried again');
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
