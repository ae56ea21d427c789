import { resolveWallTime } from '../commands/resolveWallTime';

interface WallTime {
  readonly localStart: string;
  readonly timeZone: string;
  readonly askedLocalStart: string | null;
}

/** What whoever booked a class was told of its time, for as long as it is at that time; null where there is nothing odd. */
export function wallTimeNote({ localStart, timeZone, askedLocalStart }: WallTime): string | null {
  const asked = askedLocalStart === null ? null : resolveWallTime(askedLocalStart, timeZone);
  // The class may have been moved since.
  if (asked?.localStart === localStart) return asked.note;
  return resolveWallTime(localStart, timeZone)?.note ?? null;
}
