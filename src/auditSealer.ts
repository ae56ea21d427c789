import { setTimeout as sleep } from 'node:timers/promises';
import { sealAudits } from './commands/sealAudits';
import type { Deps } from './deps';
import { newestAuditId } from './queries/findAudits';

const EVERY_MS = 3_000;

/** Looked at each time: far more rows than are written while one transaction is open. */
const RECENT = 10_000;

/** A row that even so came late is found by a look at all of them, at the start and once an hour. */
const FULL_EVERY_MS = 60 * 60_000;

export interface AuditSealer {
  /** Lets the batch under way finish. */
  stop(): Promise<void>;
}

/** Chains the audit log every few seconds; in each worker process, of which one at a time does it. */
export function startAuditSealer(
  deps: Pick<Deps, 'db' | 'signingKeys' | 'logger' | 'clock'>,
  everyMs = EVERY_MS,
): AuditSealer {
  const stopping = new AbortController();
  const running = run(deps, everyMs, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function run(deps: Parameters<typeof startAuditSealer>[0], everyMs: number, signal: AbortSignal): Promise<void> {
  let fullAt = 0;
  while (!signal.aborted) {
    const now = deps.clock.now().getTime();
    const full = now >= fullAt;
    try {
      await sealAudits(deps, { afterId: full ? 0 : Math.max((await newestAuditId()) - RECENT, 0), signal });
      if (full) fullAt = now + FULL_EVERY_MS;
    } catch (error) {
      // Only its name: a database's message can quote what it was asked to write.
      const reason = error instanceof Error ? error.name : 'unknown';
      deps.logger.warn({ reason }, 'audit log could not be sealed now; it is tried again');
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
