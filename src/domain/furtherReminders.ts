import { addMinutes } from './clock';

/** More, and people stop reading them. */
export const REMINDERS_MAX = 4;
/** Two weeks ahead. */
export const REMINDER_MINUTES_MAX = 14 * 24 * 60;

const UNITS: Readonly<Record<string, number>> = { m: 1, min: 1, h: 60, d: 24 * 60 };

/** The reminders of a class or of the settings as its row has them (`1440,120`), in minutes before the start. */
export function readReminders(stored: string): number[] {
  return stored === '' ? [] : stored.split(',').map(Number);
}

/**
 * What a person types, such as `24 h, 2 h`, as a row keeps it: the longest first, each once.
 *
 * @returns null when it is nothing of the kind
 */
export function parseReminders(typed: string): string | null {
  const parts = typed
    .split(/[,;]/)
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '');
  const minutes = parts.map((part) => {
    const [, count = '', unit = ''] = /^(\d{1,6}) ?(m|min|h|d)$/.exec(part) ?? [];
    return Number(count) * (UNITS[unit] ?? 0);
  });
  if (minutes.some((count) => count === 0)) return null;
  return [...new Set(minutes)].sort((one, other) => other - one).join(',');
}

/** As a person would type it: `24 h, 2 h`. */
export function remindersInWords(stored: string): string {
  return readReminders(stored)
    .map((minutes) => (minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`))
    .join(', ');
}

export function reminderDueAt(startsAt: Date, minutesBefore: number): Date {
  return addMinutes(startsAt, -minutesBefore);
}

/**
 * A reminder that comes late, by an outage or because the class was booked after it was due, helps for the first quarter
 * of the time it leaves: that of the day before until T−18 h. Afterwards the next one says it better.
 */
export function reminderUsefulUntil(startsAt: Date, minutesBefore: number): Date {
  return addMinutes(startsAt, -Math.ceil(minutesBefore * 0.75));
}
