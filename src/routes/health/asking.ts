import type { Deps } from '../../deps';

/** Anybody may ask, and as often as they like; the database is asked no more often than this. */
const REMEMBERED_MS = 3_000;
/** For so long nothing is asked again that has not been answered. */
const SHARED_MS = 10_000;

class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** @throws NoAnswer when it has taken so long */
export async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(`There was no answer within ${ms} ms.`)), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Whoever asks meanwhile waits for the same answer: what gives none holds few connections, not every one. It is asked anew
 * all the same, for the next connection may get through.
 */
export function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    if (!asked || performance.now() - asked.at > SHARED_MS) {
      const mine = { at: performance.now(), answer: ask() };
      asked = mine;
      const forget = () => (asked = asked === mine ? undefined : asked);
      mine.answer.then(forget, forget);
    }
    return asked.answer;
  };
}

/** Everybody who asks within a few seconds gets the same answer. */
export function remembered<T>({ clock }: Pick<Deps, 'clock'>, read: () => Promise<T>): () => Promise<T> {
  const ask = shared(read);
  let last: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    const now = clock.now().getTime();
    if (!last || Math.abs(now - last.at) >= REMEMBERED_MS) last = { at: now, answer: ask() };
    return last.answer;
  };
}
