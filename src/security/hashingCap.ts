import { AppError } from '../errors';

/** Each hash takes 46 MiB and a thread for 30 ms; more at once would starve everything else of threads. */
export const HASHES_AT_ONCE = 4;
let underWay = 0;

/**
 * Does what strangers can have done and what hashes a password. Counted before anything is awaited, so that calls that come
 * together are not all let in before the first of them is done.
 *
 * @throws AppError 429 when as many are under way as may be
 */
export async function withinHashingCap<T>(work: () => Promise<T>): Promise<T> {
  if (underWay >= HASHES_AT_ONCE) {
    throw new AppError(429, 'too_many_tries', 'Too many tries at once. Wait a moment, then try again.');
  }
  underWay += 1;
  try {
    return await work();
  } finally {
    underWay -= 1;
  }
}
