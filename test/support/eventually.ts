import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until the answer is true-ish, then returns it; fails with the last answer after the time is up. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T> | T,
  timeoutMs = 60_000,
  everyMs = 50,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`Still not so after ${timeoutMs} ms: ${what} (last: ${String(answer)})`);
    await sleep(everyMs);
  }
}
