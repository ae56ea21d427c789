import { addMinutes, later, MINUTE_MS } from './clock';

/** When a host is to be in a meeting. */
export interface HostSlot {
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** `overlap`: two at a time, which Zoom lets few hosts run. `back_to_back`: the one has to end on the minute. */
export type ClashKind = 'overlap' | 'back_to_back';

/** With less between two classes of a host, an overrun of the first makes the second late. */
export const BREAK_MINUTES = 5;

/** How two of a host's classes stand in each other's way. Planned times alone count: a room that waits needs no host. */
export function clashOf(one: HostSlot, other: HostSlot): ClashKind | null {
  const laterStart = Math.max(one.startsAt.getTime(), other.startsAt.getTime());
  const earlierEnd = Math.min(one.endsAt.getTime(), other.endsAt.getTime());
  if (laterStart < earlierEnd) return 'overlap';
  return laterStart - earlierEnd < BREAK_MINUTES * MINUTE_MS ? 'back_to_back' : null;
}

/** Farewells take a moment: a class that ends so little late is in nobody's way. */
const LATE_MINUTES = 2;

/** From when on a class that still runs puts its host's next one at risk: once no break is left between the two. */
export function holdsUpNextAt({ endsAt }: Pick<HostSlot, 'endsAt'>, nextStartsAt: Date): Date {
  return later(addMinutes(endsAt, LATE_MINUTES), addMinutes(nextStartsAt, -BREAK_MINUTES));
}
