import { DateTime } from 'luxon';

/** "Nov 23, 2026 10:00 AM (Europe/Berlin)": the one way an instant is written for people, in mails and on pages. */
export function formatInstant(instant: Date, zone: string): string {
  return `${inZone(instant, zone).toFormat('LLL d, yyyy h:mm a')} (${zone})`;
}

/** The same with seconds, where the order of things matters. */
export function formatMoment(instant: Date, zone: string): string {
  return `${inZone(instant, zone).toFormat('LLL d, yyyy h:mm:ss a')} (${zone})`;
}

/** "10:00 AM", where the day and the zone stand nearby. */
export function formatClock(instant: Date, zone: string): string {
  return inZone(instant, zone).toFormat('h:mm a');
}

/** "today", "tomorrow", "on Friday", "on Dec 9": a day as somebody in that zone would say it at `now`. */
export function formatDay(instant: Date, now: Date, zone: string): string {
  const day = inZone(instant, zone);
  const days = Math.round(day.startOf('day').diff(inZone(now, zone).startOf('day'), 'days').days);
  if (days === 0) return 'today';
  if (days === 1) return 'tomorrow';
  return day.toFormat(days > 1 && days < 7 ? "'on' cccc" : "'on' LLL d");
}

/** When a class is on the clocks of its own zone; null when the reader's clocks show the same. */
export function formatClassZoneTime(instant: Date, classZone: string, readerZone: string | null): string | null {
  const sameClock = inZone(instant, readerZone ?? classZone).offset === inZone(instant, classZone).offset;
  return sameClock ? null : formatInstant(instant, classZone);
}

/** "60 minutes", "1 hour 30 minutes" */
export function formatDuration(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  const words = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
  if (hours < 2 && rest === 0) return words(minutes, 'minute');
  return [hours > 0 ? words(hours, 'hour') : '', rest > 0 ? words(rest, 'minute') : ''].filter(Boolean).join(' ');
}

function inZone(instant: Date, zone: string): DateTime {
  return DateTime.fromJSDate(instant, { zone }).setLocale('en-US');
}
