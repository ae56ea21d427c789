import type { ProcessStack } from '../support/processStack';

export type WebProcess = Awaited<ReturnType<ProcessStack['startWebProcess']>>;

/** So many are being started while the one before them is at work. */
const AHEAD = 2;

/**
 * Web processes to be killed one after the other. Starting takes far longer than what each is killed over, so the next
 * ones are on their way before they are wanted.
 *
 * @returns a call that gives the next one as soon as it is ready
 */
export function startAhead(start: () => Promise<WebProcess>): () => Promise<WebProcess> {
  const begin = (): Promise<WebProcess> => {
    const starting = start();
    // Those that nobody asks for any more end with the stack.
    starting.catch(() => undefined);
    return starting;
  };
  const coming = Array.from({ length: AHEAD }, begin);
  return () => {
    coming.push(begin());
    return coming.shift() ?? begin();
  };
}
