/** A span of time, in milliseconds since the epoch; `to` is no part of it. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** The same time covered once: sorted, and nothing overlaps or touches. */
export function union(intervals: readonly Interval[]): Interval[] {
  const sorted = intervals.filter(({ from, to }) => to > from).sort((one, other) => one.from - other.from);
  const joined: Interval[] = [];
  for (const { from, to } of sorted) {
    const last = joined.at(-1);
    if (last && from <= last.to) joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, to) };
    else joined.push({ from, to });
  }
  return joined;
}

/** The time that both cover. */
export function intersection(some: readonly Interval[], others: readonly Interval[]): Interval[] {
  const covered = union(others);
  return union(some).flatMap((one) =>
    covered
      .map((other) => ({ from: Math.max(one.from, other.from), to: Math.min(one.to, other.to) }))
      .filter(({ from, to }) => to > from),
  );
}

/** How long they last together, in whole seconds. */
export function secondsOf(intervals: readonly Interval[]): number {
  return Math.round(union(intervals).reduce((sum, { from, to }) => sum + to - from, 0) / 1000);
}
