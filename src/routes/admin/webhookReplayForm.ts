import { DateTime } from 'luxon';
import { ROW_ID } from '../../domain/rowId';
import { FieldErrors, type FieldError } from '../../errors';
import type { ReplaySelection } from '../../queries/findReplayable';

export type ReplayValues = Readonly<Record<'event' | 'classDateId' | 'from' | 'to', string>>;

/** As an input of the type "datetime-local" sends it. */
const LOCAL_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/;

/** The texts of the fields, from an address or a form; what is no text is as if it were not there. */
export function replayValues(given: unknown): ReplayValues {
  const fields: Record<string, unknown> = typeof given === 'object' && given !== null ? { ...given } : {};
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name].trim() : '');
  return { event: text('event'), classDateId: text('classDateId'), from: text('from'), to: text('to') };
}

/**
 * One parked event, all of one class date, or all that came within a span of time.
 *
 * @param zone in which the times of the span are meant
 * @throws FieldErrors
 */
export function parseReplay({ event, classDateId, from, to }: ReplayValues, zone: string): ReplaySelection {
  if (event !== '') return { kind: 'event', id: rowId('event', event) };
  if (classDateId !== '') return { kind: 'class', classDateId: rowId('classDateId', classDateId) };
  const [start, end] = [localTime(from, zone), localTime(to, zone)];
  const errors: FieldError[] = [];
  if (!start) errors.push({ field: 'from', message: 'Enter the time from which on they came.' });
  if (!end) errors.push({ field: 'to', message: 'Enter the time until which they came.' });
  if (start && end && start >= end) errors.push({ field: 'to', message: 'Choose a time after the first one.' });
  if (!start || !end || errors.length > 0) throw new FieldErrors(errors);
  return { kind: 'span', from: start, to: end };
}

function rowId(field: string, text: string): number {
  if (!ROW_ID.test(text)) throw new FieldErrors([{ field, message: 'Enter a number such as 12.' }]);
  return Number(text);
}

function localTime(text: string, zone: string): Date | null {
  if (!LOCAL_TIME.test(text)) return null;
  const time = DateTime.fromISO(text, { zone });
  return time.isValid ? time.toJSDate() : null;
}
