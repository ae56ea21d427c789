import { DateTime } from 'luxon';
import type { Meeting } from '../core/types';

/** For people: in the meeting's own zone, and the zone named. */
export function formatStart(meeting: Meeting): string {
  if (meeting.startsAt === null) return 'any time';
  const time = DateTime.fromMillis(meeting.startsAt, { zone: meeting.timezone, locale: 'en-GB' });
  return `${time.toFormat('ccc d LLL yyyy, HH:mm')} (${meeting.timezone})`;
}
