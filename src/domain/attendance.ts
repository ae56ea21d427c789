import { addMinutes } from './clock';

/** Was this person there? */
export type Verdict = 'present' | 'late' | 'absent';

/** One stay in the meeting, in milliseconds since the epoch. */
export interface Stay {
  readonly from: number;
  readonly to: number;
}

export interface Presence {
  readonly seconds: number;
  readonly firstJoinAt: Date | null;
  readonly lastLeaveAt: Date | null;
}

/** Coming later than this after the start is late. */
const LATE_AFTER_MINUTES = 10;
/** Fewer seconds than this is looking in, not being there. */
const PRESENT_SECONDS = 60;

/** Presence is the union of the stays: two devices at once count once, a dropped connection does not end it. */
export function presence(stays: readonly Stay[]): Presence {
  const sorted = stays.filter(({ from, to }) => to > from).sort((one, other) => one.from - other.from);
  const [first] = sorted;
  if (!first) return { seconds: 0, firstJoinAt: null, lastLeaveAt: null };
  let totalMs = 0;
  let coveredTo = first.from;
  for (const { from, to } of sorted) {
    totalMs += Math.max(0, to - Math.max(from, coveredTo));
    coveredTo = Math.max(coveredTo, to);
  }
  return { seconds: Math.round(totalMs / 1000), firstJoinAt: new Date(first.from), lastLeaveAt: new Date(coveredTo) };
}

export function verdictOf({ seconds, firstJoinAt }: Presence, startsAt: Date): Verdict {
  if (firstJoinAt === null || seconds < PRESENT_SECONDS) return 'absent';
  return firstJoinAt > addMinutes(startsAt, LATE_AFTER_MINUTES) ? 'late' : 'present';
}
