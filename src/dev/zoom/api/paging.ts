import type { ApiCall } from './call';
import { ZoomApiError } from './errors';

const DEFAULT_PAGE_SIZE = 30;

interface Continuation {
  readonly items: readonly unknown[];
  readonly from: number;
  readonly owner: string;
  readonly expiresAt: number;
}

/** What a list looked like when its first page was asked for, so that later pages neither repeat nor skip. */
const continuations = new WeakMap<ApiCall['world'], Map<string, Continuation>>();

/**
 * One page of a list, with Zoom's counters.
 *
 * @param owner names the list, so that a token of one list does not open another
 * @throws ZoomApiError 300 for a page token that is unknown or too old
 */
export function page<Item>(call: ApiCall, owner: string, list: () => Item[], present: (item: Item) => unknown) {
  const size = pageSize(call);
  const token = call.query.next_page_token;
  const { items, from } = token
    ? resume(call, owner, token)
    : { items: list().map(present), from: firstItem(call, size) };
  const shown = items.slice(from, from + size);
  const more = from + size < items.length;
  return {
    counters: {
      next_page_token: more ? remember(call, { items, from: from + size, owner }) : '',
      page_count: Math.ceil(items.length / size),
      page_size: size,
      total_records: items.length,
    },
    pageNumber: Math.floor(from / size) + 1,
    items: shown,
  };
}

function pageSize({ query, world }: ApiCall): number {
  const size = Number(query.page_size ?? DEFAULT_PAGE_SIZE);
  if (!Number.isInteger(size) || size < 1) throw new ZoomApiError(400, 300, 'Invalid field: page_size.');
  return Math.min(size, world.behaviour.largestPage);
}

/** Page numbers are the old way, still answered. */
function firstItem(call: ApiCall, size: number): number {
  const number = Number(call.query.page_number ?? 1);
  return Number.isInteger(number) && number > 1 ? (number - 1) * size : 0;
}

function resume(call: ApiCall, owner: string, token: string): Pick<Continuation, 'items' | 'from'> {
  const found = continuations.get(call.world)?.get(token);
  if (!found || found.owner !== owner || found.expiresAt <= call.world.clock.now()) {
    throw new ZoomApiError(400, 300, 'The next page token is invalid or expired.');
  }
  return found;
}

function remember(call: ApiCall, continuation: Omit<Continuation, 'expiresAt'>): string {
  const now = call.world.clock.now();
  const known = continuations.get(call.world) ?? new Map<string, Continuation>();
  continuations.set(call.world, known);
  for (const [old, { expiresAt }] of known) {
    if (expiresAt > now) break;
    known.delete(old);
  }
  const token = call.world.ids.word(36);
  known.set(token, { ...continuation, expiresAt: now + call.world.behaviour.pageTokenLifeMs });
  return token;
}
