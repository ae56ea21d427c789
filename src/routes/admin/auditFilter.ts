import { DateTime } from 'luxon';
import { isIP } from 'node:net';
import { ROW_ID } from '../../domain/rowId';
import type { FieldError } from '../../errors';
import { isAuditAction, isAuditEntity } from '../../presenters/auditWords';
import { findPersonIds } from '../../queries/findPersonIds';
import type { AuditFilter } from '../../queries/findAudits';

/** The inputs of the form, as they stand in the address. */
const FILTER_FIELDS = ['action', 'person', 'entityType', 'entityId', 'ip', 'from', 'to'] as const;

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface ParsedFilter {
  /** what was typed, for the form and for links */
  readonly values: Readonly<Record<string, string>>;
  /** show what is older than this row; null for the newest */
  readonly before: number | null;
  readonly filter: AuditFilter;
  readonly errors: readonly FieldError[];
}

/** A person's name or address has room in it; nothing longer is looked for. */
const TEXT_MAX = 254;

/** Reads the filter of an address; whatever is wrong with it is said beside its field. */
export async function parseAuditFilter(query: Query, zone: string): Promise<ParsedFilter> {
  const errors: FieldError[] = [];
  const wrong = (field: string, message: string) => void errors.push({ field, message });
  const values = textsOf(query, wrong);
  const text = (name: string) => values[name] ?? '';
  const read = <T>(name: string, parse: (given: string) => T | null, message: string): T | undefined => {
    if (text(name) === '' || errors.some(({ field }) => field === name)) return undefined;
    const parsed = parse(text(name));
    if (parsed === null) wrong(name, message);
    return parsed ?? undefined;
  };
  const from = read('from', (day) => startOf(day, zone, 0), DAY_WANTED);
  const until = read('to', (day) => startOf(day, zone, 1), DAY_WANTED);
  if (from && until && from >= until) wrong('to', 'Choose a day that is not before the first one.');
  const entityType = read('entityType', (type) => (isAuditEntity(type) ? type : null), 'Choose from the list.');
  const entityId = read('entityId', rowId, 'Enter a number such as 12.');
  if (entityId !== undefined && text('entityType') === '') wrong('entityType', 'Choose what this is the number of.');
  const filter = {
    action: read('action', (action) => (isAuditAction(action) ? action : null), 'Choose an action from the list.'),
    userIds: await readPerson(text('person'), errors),
    ...{ entityType, entityId, from, until },
    ipAddresses: read('ip', addressForms, 'Enter an IP address such as 203.0.113.7 or 2001:db8::7.'),
  };
  const before = read('before', rowId, 'This part of the log cannot be found. Start from the newest.') ?? null;
  return { values, before, filter, errors };
}

const DAY_WANTED = 'Enter a day such as 2026-11-23.';

/** One text a field, without the spaces around it. */
function textsOf(query: Query, wrong: (field: string, message: string) => void): Record<string, string> {
  const values: Record<string, string> = {};
  for (const field of [...FILTER_FIELDS, 'before']) {
    const given = query[field] ?? '';
    if (typeof given !== 'string') wrong(field, 'Give this once only.');
    else if (given.length > TEXT_MAX) wrong(field, `Use at most ${TEXT_MAX} characters.`);
    else if (/\p{Cc}/u.test(given)) wrong(field, 'Leave out line breaks and other control characters.');
    else values[field] = given.trim();
  }
  return values;
}

function rowId(text: string): number | null {
  return ROW_ID.test(text) ? Number(text) : null;
}

async function readPerson(text: string, errors: FieldError[]): Promise<number[] | undefined> {
  if (text === '') return undefined;
  const ids = ROW_ID.test(text) ? [Number(text)] : await findPersonIds(text);
  if (ids === 'too_many') errors.push({ field: 'person', message: 'Too many people are called so. Enter more of it.' });
  return ids === 'too_many' ? undefined : ids;
}

/** The first moment of a day, or of one after it, on the clocks of that zone. */
function startOf(day: string, zone: string, daysLater: number): Date | null {
  if (!/^2[01]\d\d-\d\d-\d\d$/.test(day)) return null;
  const start = DateTime.fromISO(day, { zone });
  return start.isValid ? start.plus({ days: daysLater }).startOf('day').toJSDate() : null;
}

/** An address may be written in several ways, and each may stand in the log. */
function addressForms(text: string): string[] | null {
  if (!/^[\da-f:.]+$/i.test(text) || isIP(text) === 0) return null;
  const short = isIP(text) === 4 ? text : new URL(`http://[${text}]`).hostname.slice(1, -1);
  const inner = isIP(text) === 4 ? text : /^::ffff:([\d.]+)$/i.exec(text)?.[1];
  const forms = [text, text.toLowerCase(), short, ...(inner === undefined ? [] : [inner, `::ffff:${inner}`])];
  return [...new Set(forms)];
}
