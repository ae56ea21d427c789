/** Does `work` for 0 … count−1, so many at once. */
export async function inBatches<T>(count: number, atOnce: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let from = 0; from < count; from += atOnce) {
    const indexes = Array.from({ length: Math.min(atOnce, count - from) }, (_, offset) => from + offset);
    results.push(...(await Promise.all(indexes.map(work))));
  }
  return results;
}
