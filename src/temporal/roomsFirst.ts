import { setTimeout as sleep } from 'node:timers/promises';

/** So many rooms begun within so long are a rush. */
const MANY = 10;
const LATELY_MS = 5_000;
/** No rush holds up a mail for longer than its first minute. */
const PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 250;

/**
 * When many classes open at one instant, rooms come before all else: a person can wait for a mail that says the class is
 * in half an hour, and a room that is late makes a class late. For the steps of one worker process.
 */
export interface RoomsFirst {
  /** Notes that a room is begun. */
  begin(): void;
  /** Whether so many rooms are begun that what else a class needs can wait. */
  isRush(): boolean;
  /** Resolves once there is no rush, or it has lasted for a minute. */
  mailsMayGo(): Promise<void>;
}

export function createRoomsFirst(): RoomsFirst {
  let begun: number[] = [];
  let rushSince: number | null = null;
  /** @returns how long the rush has lasted, in ms; null: there is none */
  const rush = (): number | null => {
    const now = performance.now();
    begun = begun.filter((at) => now - at < LATELY_MS);
    rushSince = begun.length < MANY ? null : (rushSince ?? now);
    return rushSince === null ? null : now - rushSince;
  };
  return {
    begin: () => {
      // Also where nobody has asked since: a rush of an hour ago is over.
      rush();
      begun.push(performance.now());
    },
    isRush: () => rush() !== null,
    mailsMayGo: async () => {
      while ((rush() ?? Infinity) < PATIENCE_MS) await sleep(LOOK_AGAIN_MS);
    },
  };
}
