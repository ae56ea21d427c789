import { Context, heartbeat } from '@temporalio/activity';
import { cleanUp, type Cleanup } from '../src/commands/cleanUp';
import type { Deps } from '../src/deps';
import { heartbeating } from './heartbeating';

/** What happens every night. Time here is the real one: it clears away what is old now. */
export function createCleanupActivities(deps: Deps) {
  return {
    cleanUp: (): Promise<Cleanup> =>
      heartbeating(() =>
        cleanUp(deps, { onProgress: (soFar) => heartbeat(soFar), signal: Context.current().cancellationSignal }),
      ),
  };
}

export type CleanupActivities = ReturnType<typeof createCleanupActivities>;
