import { DateTime } from 'luxon';
import type { MailState } from '../../domain/mails';
import { UNDELIVERED } from '../../domain/resending';
import { ROW_ID } from '../../domain/rowId';
import type { FieldError } from '../../errors';
import { isMailKind } from '../../presenters/mailWords';
import type { DeliveryFilter } from '../../queries/findDeliveries';

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What the list can be narrowed to: the first three are several states. */
export const STATE_CHOICES: Readonly<Record<string, { label: string; states: readonly MailState[] }>> = {
  waiting: { label: 'waiting or being sent', states: ['queued', 'sending', 'data_sent'] },
  undelivered: { label: 'not delivered', states: UNDELIVERED },
  sent: { label: 'sent', states: ['sent'] },
  bounced: { label: 'refused', states: ['bounced'] },
  failed: { label: 'failed', states: ['failed'] },
  unknown: { label: 'unknown', states: ['unknown'] },
  skipped: { label: 'skipped', states: ['skipped'] },
};

const FIELDS = ['state', 'kind', 'to', 'class', 'incident', 'day', 'page'] as const;
type DeliveryField = (typeof FIELDS)[number];

export interface ParsedDeliveries {
  /** what the address says, for the form and for links */
  readonly values: Readonly<Record<DeliveryField, string>>;
  readonly filter: DeliveryFilter;
  readonly page: number;
  readonly errors: readonly FieldError[];
}

const PAGE_MAX = 10_000;

/** Reads the filter of an address; whatever is wrong with it is said beside its field. */
export function parseDeliveries(query: Query, zone: string): ParsedDeliveries {
  const errors: FieldError[] = [];
  const values = Object.fromEntries(FIELDS.map((field) => [field, textOf(query[field])])) as Record<
    DeliveryField,
    string
  >;
  const read = <T>(field: DeliveryField, parse: (text: string) => T | null, message: string): T | undefined => {
    if (values[field] === '') return undefined;
    const parsed = parse(values[field]);
    if (parsed === null) errors.push({ field, message });
    return parsed ?? undefined;
  };
  const rowId = (text: string) => (ROW_ID.test(text) ? Number(text) : null);
  const day = read('day', (text) => startOf(text, zone), 'Enter a day such as 2026-11-23.');
  const filter = {
    states: read('state', (text) => STATE_CHOICES[text]?.states ?? null, 'Choose from the list.'),
    kind: read('kind', (text) => (isMailKind(text) ? text : null), 'Choose from the list.'),
    recipientKey: read(
      'to',
      (text) => (/^(user|guest):\d{1,15}$/.test(text) ? text : null),
      'Look for the person again.',
    ),
    classDateId: read('class', rowId, 'Enter a number such as 12.'),
    incidentId: read('incident', rowId, 'Enter a number such as 12.'),
    from: day?.toJSDate(),
    until: day?.plus({ days: 1 }).toJSDate(),
  };
  const page = read('page', rowId, 'This page is not there. Start from the first.') ?? 1;
  return { values, filter, page: Math.min(Math.max(page, 1), PAGE_MAX), errors };
}

/** The filter as it goes on into links: without what is empty, and without the page. */
export function givenOf(values: ParsedDeliveries['values']): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([field, value]) => field !== 'page' && value !== ''));
}

function textOf(given: string | readonly string[] | undefined): string {
  return typeof given === 'string' && given.length <= 100 ? given.trim() : '';
}

/** The first moment of a day on the clocks of that zone. */
function startOf(day: string, zone: string): DateTime | null {
  if (!/^2[01]\d\d-\d\d-\d\d$/.test(day)) return null;
  const start = DateTime.fromISO(day, { zone }).startOf('day');
  return start.isValid ? start : null;
}
