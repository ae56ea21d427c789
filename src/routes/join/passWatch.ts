import { createHash } from 'node:crypto';
import type { Deps } from '../../deps';
import { doorOf } from '../../domain/joinRules';
import { listPassStates, type PassState } from '../../queries/listPassStates';

const LOOK_MS = 2_000;

export interface PassWatch {
  /**
   * Calls back once, when what the page of that pass rests on is no longer what it was.
   *
   * @param seen the key of what the page shows
   * @returns ends the watching
   */
  watch(passId: number, seen: string, onChange: () => void): () => void;
}

interface Watcher {
  readonly passId: number;
  readonly seen: string;
  readonly onChange: () => void;
}

/** Names what a page shows, so that two of them can be told apart; says nothing to a reader. */
export function stateKey(pass: PassState, now: Date): string {
  const { epoch, usedAt, holderHash, revokedAt, takeovers, stateReason, startsAt, durationMinutes } = pass;
  const door = doorOf({ ...pass, schedule: pass, hasRoom: pass.meetingRowId !== null }, now);
  const shown = [door, epoch, usedAt, holderHash, revokedAt, takeovers, stateReason, startsAt, durationMinutes];
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 22);
}

/** One look at the database every two seconds for all the open pages of this process; none while there are none. */
export function createPassWatch({ db, clock, logger }: Pick<Deps, 'db' | 'clock' | 'logger'>): PassWatch {
  const watchers = new Set<Watcher>();
  let timer: NodeJS.Timeout | undefined;

  const look = async (): Promise<void> => {
    const passes = await listPassStates(db, [...new Set([...watchers].map(({ passId }) => passId))]);
    const now = clock.now();
    const keys = new Map(passes.map((pass) => [pass.id, stateKey(pass, now)]));
    for (const watcher of watchers) {
      if (keys.get(watcher.passId) === watcher.seen) continue;
      watchers.delete(watcher);
      watcher.onChange();
    }
  };
  const lookLater = (): void => {
    if (timer !== undefined || watchers.size === 0) return;
    timer = setTimeout(() => {
      void look()
        .catch((error: unknown) => logger.warn({ err: error }, 'open pages could not be compared with the database'))
        .finally(() => {
          timer = undefined;
          lookLater();
        });
    }, LOOK_MS);
    timer.unref();
  };
  return {
    watch: (passId, seen, onChange) => {
      const watcher = { passId, seen, onChange };
      watchers.add(watcher);
      lookLater();
      return () => watchers.delete(watcher);
    },
  };
}
