import { DateTime, IANAZone } from 'luxon';

export interface ResolvedWallTime {
  readonly startsAt: Date;
  /** The wall time that was meant, `2026-11-23T10:00`; differs from what was given where the clock jumps over it. */
  readonly localStart: string;
  /** What the person should know: the clock jumps over that time, or shows it twice. */
  readonly note: string | null;
}

/** Such as 2026-11-23T10:00. The end of a day is the start of the next one: no clock shows 24:00. */
export const WALL_TIME = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d$/;

const FORMAT = "yyyy-MM-dd'T'HH:mm";

/**
 * Turns a wall time and a zone into an instant. A time that the clock jumps over in spring is moved forward; of one that
 * it shows twice in autumn the first is taken.
 *
 * @returns null when the text is no wall time such as 2026-11-23T10:00
 */
export function resolveWallTime(localStart: string, timeZone: string): ResolvedWallTime | null {
  if (!WALL_TIME.test(localStart)) return null;
  const given = DateTime.fromISO(localStart, { zone: timeZone });
  if (!given.isValid) return null;
  const candidates = given.getPossibleOffsets().sort((one, other) => one.toMillis() - other.toMillis());
  const first = candidates[0] ?? given;
  const meant = first.toFormat(FORMAT);
  return {
    startsAt: first.toJSDate(),
    localStart: meant,
    note: noteFor(localStart, meant, timeZone, candidates.length),
  };
}

/** To ask costs a formatter of its own, and a file may name the same zone ten thousand times. */
const known = new Set<string>();
/** More than there are; whoever writes one in ever new ways is asked about each time. */
const KNOWN_MAX = 1_000;

export function isTimeZone(timeZone: string): boolean {
  if (known.has(timeZone)) return true;
  if (!IANAZone.isValidZone(timeZone)) return false;
  if (known.size < KNOWN_MAX) known.add(timeZone);
  return true;
}

function noteFor(given: string, meant: string, timeZone: string, candidates: number): string | null {
  const time = (local: string) => local.slice(11);
  if (given !== meant) {
    return `On that day the clock in ${timeZone} jumps over ${time(given)}; the class is at ${time(meant)} instead.`;
  }
  if (candidates > 1)
    return `On that day the clock in ${timeZone} shows ${time(given)} twice; the class is at the first.`;
  return null;
}
