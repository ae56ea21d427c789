import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beat, endBeat } from './commands/beat';
import type { Deps } from './deps';

/** Four of them may be lost before anybody takes the worker for dead. */
const EVERY_MS = 15_000;

export interface WorkerBeat {
  /** Says that this worker has gone in good order. */
  stop(): Promise<void>;
}

/**
 * Writes down every few seconds that this process is at work, for `/health/classes`.
 *
 * @param isAtWork asked each time; a process whose Workers have ended keeps silent
 */
export function startWorkerBeat(
  deps: Pick<Deps, 'db' | 'logger'>,
  isAtWork: () => boolean,
  everyMs = EVERY_MS,
): WorkerBeat {
  const stopping = new AbortController();
  const holder = randomUUID();
  const running = run(deps, { holder, isAtWork, everyMs }, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      await running;
      await quietly(deps, () => endBeat(deps, holder));
    },
  };
}

async function run(
  deps: Pick<Deps, 'db' | 'logger'>,
  { holder, isAtWork, everyMs }: { holder: string; isAtWork: () => boolean; everyMs: number },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    if (isAtWork()) await quietly(deps, () => beat(deps, holder));
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

/** A beat that is lost is followed by others. */
async function quietly({ logger }: Pick<Deps, 'logger'>, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    // Only its name: a database's message can quote what it was asked to write.
    const reason = error instanceof Error ? error.name : 'unknown';
    logger.warn({ reason }, 'worker could not say that it is at work; it says so again');
  }
}
