import { InvalidArgumentError } from 'commander';
import { DateTime } from 'luxon';

/** An instant as an option of a command. */
export function parseInstant(text: string): Date {
  const instant = DateTime.fromISO(text, { zone: 'utc' });
  if (!instant.isValid) throw new InvalidArgumentError('It looks like 2026-11-23T10:00:00Z; without a zone it is UTC.');
  return instant.toJSDate();
}
