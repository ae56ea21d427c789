import { z } from 'zod';
import { ROW_ID } from '../../domain/rowId';
import { REFUSED_ACTIONS, type RefusedAction } from '../../domain/refusedActions';
import { SPANS, type Span } from '../../domain/spans';
import type { FieldError } from '../../errors';
import { parseIpRange, type IpRange } from '../../security/ipRange';
import { paths } from '../paths';

/** What the address bar says of the security log. */
export interface SecurityFilters {
  readonly span: Span;
  readonly reason: RefusedAction | null;
  readonly address: IpRange | null;
  /** the address as it stands in links */
  readonly addressText: string;
  readonly before: number | null;
}

const BAD_ADDRESS = 'Enter an address such as 192.0.2.7 or a network such as 192.0.2.0/24.';
const ADDRESS_SHOWN_MAX = 60;

const schema = z.object({
  span: z.enum(SPANS, 'Choose 24 hours, 7 days or 30 days.').default('7d'),
  reason: z
    .enum(['', ...REFUSED_ACTIONS], 'Choose a reason from the list.')
    .transform((reason) => (reason === '' ? null : reason))
    .default(null),
  address: z
    .string(BAD_ADDRESS)
    .trim()
    .transform((text, context) => {
      const range = text === '' ? null : parseIpRange(text);
      if (text !== '' && !range) context.addIssue(BAD_ADDRESS);
      return range;
    })
    .default(null),
  before: z
    .string('This page is not there. Start from the newest.')
    .regex(ROW_ID, 'This page is not there. Start from the newest.')
    .transform(Number)
    .nullable()
    .default(null),
});

/** What is wrong is told and left out; the page is shown with the rest. */
export function readFilters(query: Readonly<Record<string, unknown>>): {
  filters: SecurityFilters;
  errors: readonly FieldError[];
  typedAddress: string;
} {
  const parsed = schema.safeParse(query);
  const errors = (parsed.error?.issues ?? []).map(({ path, message }) => ({ field: String(path[0]), message }));
  const wrong = errors.map(({ field }) => field);
  const right = Object.fromEntries(Object.entries(query).filter(([name]) => !wrong.includes(name)));
  const filters = parsed.data ?? schema.parse(right);
  const addressText = filters.address?.network ?? '';
  const { address } = query;
  const typed = typeof address === 'string' ? address.slice(0, ADDRESS_SHOWN_MAX) : '';
  return {
    filters: { ...filters, addressText },
    errors,
    typedAddress: wrong.includes('address') ? typed : addressText,
  };
}

/** The page with other filters; those that say nothing stay out of the address bar. */
export function linkWith(
  filters: SecurityFilters,
  change: Partial<Pick<SecurityFilters, 'span' | 'reason' | 'addressText' | 'before'>>,
): string {
  const { span, reason, addressText, before } = { ...filters, ...change };
  const values = { span, reason: reason ?? '', address: addressText, before: before === null ? '' : String(before) };
  const given = Object.entries(values).filter(([, value]) => value !== '');
  const list = 'span' in change ? '' : '#refusals';
  return `${paths.securityLogs}?${new URLSearchParams(given).toString()}${list}`;
}
