import { FieldErrors, type FieldError } from '../errors';
import { isTimeZone, resolveWallTime, type ResolvedWallTime } from './resolveWallTime';

/** When a class is, as people say it. */
export interface WallSchedule {
  /** wall time, `2026-11-23T10:00` */
  readonly localStart: string;
  /** IANA */
  readonly timeZone: string;
  readonly durationMinutes: number;
}

const DURATION_MIN = 1;
const DURATION_MAX = 1440;
/** A year with a digit too many is a slip; beyond the year 9999 MySQL has no instants. */
const AHEAD_MAX_MS = 3653 * 24 * 60 * 60_000;

export const IN_THE_PAST = 'This is in the past. Choose a time that is still to come.';

/**
 * Checks when a class is to be, and turns it into an instant.
 *
 * @param present when it starts already; that may be in the past, a time that is chosen may not
 * @throws FieldErrors
 */
export function checkSchedule(schedule: WallSchedule, now: Date, present: Date | null = null): ResolvedWallTime {
  const { localStart, timeZone } = schedule;
  const problems: FieldError[] = [];
  const zoneIsKnown = isTimeZone(timeZone);
  if (!zoneIsKnown) {
    problems.push({
      field: 'timeZone',
      message: `“${timeZone}” is no time zone we know. Enter one such as Europe/Berlin.`,
    });
  }
  problems.push(...durationProblems(schedule.durationMinutes));
  const resolved = resolveWallTime(localStart, zoneIsKnown ? timeZone : 'UTC');
  if (!resolved)
    problems.push({ field: 'localStart', message: 'Enter the day and the time at which the class starts.' });
  else if (resolved.startsAt.getTime() === present?.getTime()) return finish(problems, resolved);
  else if (zoneIsKnown && resolved.startsAt <= now) {
    problems.push({ field: 'localStart', message: IN_THE_PAST });
  } else if (resolved.startsAt.getTime() - now.getTime() > AHEAD_MAX_MS) {
    problems.push({ field: 'localStart', message: 'This is more than ten years away. Check the year.' });
  }
  return finish(problems, resolved);
}

function finish(problems: readonly FieldError[], resolved: ResolvedWallTime | null): ResolvedWallTime {
  if (problems.length > 0 || !resolved) throw new FieldErrors(problems);
  return resolved;
}

/** @throws FieldErrors */
export function checkDuration(durationMinutes: number): void {
  const problems = durationProblems(durationMinutes);
  if (problems.length > 0) throw new FieldErrors(problems);
}

function durationProblems(minutes: number): FieldError[] {
  if (Number.isInteger(minutes) && minutes >= DURATION_MIN && minutes <= DURATION_MAX) return [];
  const message = `Enter how long the class is as a whole number of minutes, from ${DURATION_MIN} to ${DURATION_MAX}.`;
  return [{ field: 'durationMinutes', message }];
}
