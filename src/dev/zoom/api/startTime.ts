import { DateTime } from 'luxon';
import { validationFailed } from './errors';

/**
 * Zoom's reading of `start_time`: with `Z` it is UTC, without anything it is local time in the meeting's zone.
 * An offset or milliseconds are not understood: the rest is cut off and the time taken for local, which makes
 * the wrong hour that clients of Zoom keep stumbling over.
 *
 * @returns epoch milliseconds
 */
export function readStartTime(text: string, timezone: string): number {
  const parts = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(Z?)(.*)$/.exec(text);
  const [, wallTime = '', zulu] = parts ?? [];
  const time = DateTime.fromISO(wallTime, { zone: zulu ? 'utc' : timezone });
  if (!parts || !time.isValid) throw validationFailed([{ field: 'start_time', message: 'Invalid field.' }]);
  return time.toMillis();
}

export function isTimezone(name: string): boolean {
  return DateTime.local({ zone: name }).isValid;
}
