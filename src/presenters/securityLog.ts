import { REFUSED_ACTIONS, type RefusedAction } from '../domain/refusedActions';
import type { Span } from '../domain/spans';
import type { BlockedIp } from '../models/BlockedIp';
import type { RefusalRow } from '../queries/findRefusals';
import type { TopAddress } from '../queries/topAddresses';
import { parseIpRange, shareOf } from '../security/ipRange';
import { blockReference } from './block';
import { browserName } from './browserName';
import { formatInstant } from './classTime';

const REASON_WORDS: Record<RefusedAction, string> = {
  join_attempt_invalid_token: 'Link unknown or withdrawn',
  join_attempt_unauthorized: 'Link in use elsewhere, or click not from our page',
  join_attempt_expired: 'Class over or cancelled',
  join_attempt_no_token: 'No link',
  join_attempt_mismatched_class: 'Link for another class',
  join_attempt_blocked: 'Address blocked',
  webhook_signature_failed: 'Webhook with a bad signature',
  sign_in_refused: 'Sign-in refused',
};

const SPAN_WORDS: Record<Span, string> = { '24h': '24 hours', '7d': '7 days', '30d': '30 days' };

export function reasonInWords(action: RefusedAction): string {
  return REASON_WORDS[action];
}

export function spanInWords(span: Span): string {
  return SPAN_WORDS[span];
}

/** A line for each reason, with those that did not occur: 0 is worth knowing too. */
export function presentTotals(counts: ReadonlyMap<RefusedAction, number>) {
  const totals = REFUSED_ACTIONS.map((action) => ({
    action,
    reason: reasonInWords(action),
    count: counts.get(action) ?? 0,
  }));
  return { totals, total: totals.reduce((sum, { count }) => sum + count, 0) };
}

export function presentTopAddress(top: TopAddress, blocks: readonly BlockedIp[], zone: string) {
  const { address, refusals, reasons, joins, lastSeen } = top;
  return {
    address,
    refusals: counted(refusals, 'refusal'),
    reasons: reasons.map(({ action, count }) => `${reasonInWords(action)}: ${count}`).join(' · '),
    joins: joins === 0 ? 'nobody let in' : `${counted(joins, 'time')} let in`,
    joinsTone: joins === 0 ? '' : 'good',
    lastSeen: formatInstant(lastSeen, zone),
    ...blockedBy(address, blocks),
  };
}

/** A block of all there is to the row, or else those of a part of it, such as of one address of an IPv6 network. */
function blockedBy(address: string, blocks: readonly BlockedIp[]) {
  const row = parseIpRange(address);
  const holding = (share: 'all' | 'part') =>
    blocks.filter(({ rangeStart: start, rangeEnd: end }) => row && shareOf(row, { start, end }) === share);
  const [block] = holding('all');
  if (block) return { block: blockReference(block.id), partly: null };
  const parts = holding('part').map(({ id }) => blockReference(id));
  return { block: null, partly: parts.length === 0 ? null : parts.join(', ') };
}

export function presentRefusedAttempt(row: RefusalRow, zone: string) {
  return {
    at: formatInstant(row.createdAt, zone),
    reason: reasonInWords(row.action),
    detail: detailOf(row),
    address: row.ipAddress,
    browser: row.userAgent === null ? null : browserName(row.userAgent),
  };
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function detailOf({ entityType, entityId, metadata }: RefusalRow): string | null {
  if (entityType === 'blocked_ip' && entityId !== null) return `block ${blockReference(entityId)}`;
  const { reason } = JSON.parse(metadata ?? '{}') as { reason?: unknown };
  return typeof reason === 'string' ? reason.replaceAll('_', ' ') : null;
}
