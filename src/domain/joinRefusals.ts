import type { AuditAction } from './auditActions';
import type { Door } from './joinRules';

/** Why somebody is not let in; `replaced` and `used_elsewhere` differ by whether this browser held the pass. */
export type Refusal =
  | 'no_token'
  | 'unknown'
  | 'revoked'
  | 'replaced'
  | 'used_elsewhere'
  | 'wrong_class'
  | 'cancelled'
  | 'over'
  | 'unproven';

interface PassFacts {
  readonly classDateId: number;
  readonly usedAt: Date | null;
  readonly revokedAt: Date | null;
  readonly holderHash: string | null;
}

/**
 * Whether the pass behind a link is refused at that class's door for that browser; null when it is good. What has become
 * of the class is told before who holds the pass: it is worth knowing on any device.
 */
export function refusalOf(
  pass: PassFacts,
  { classDateId, door, holderHash }: { classDateId: number; door: Door; holderHash: string | null },
): Refusal | null {
  const isHolder = pass.holderHash !== null && pass.holderHash === holderHash;
  if (pass.revokedAt !== null) return isHolder ? 'replaced' : 'revoked';
  if (pass.classDateId !== classDateId) return 'wrong_class';
  if (door === 'cancelled' || door === 'over') return door;
  return pass.usedAt !== null && !isHolder ? 'used_elsewhere' : null;
}

/** The audit log's word for each. */
export const REFUSAL_ACTIONS: Record<Refusal, AuditAction> = {
  no_token: 'join_attempt_no_token',
  unknown: 'join_attempt_invalid_token',
  revoked: 'join_attempt_invalid_token',
  replaced: 'join_attempt_invalid_token',
  used_elsewhere: 'join_attempt_unauthorized',
  wrong_class: 'join_attempt_mismatched_class',
  cancelled: 'join_attempt_expired',
  over: 'join_attempt_expired',
  unproven: 'join_attempt_unauthorized',
};

const GOOD_PASS: readonly Refusal[] = ['replaced', 'cancelled', 'over', 'unproven'];

/** Whoever has a good pass is always told how it stands, whatever their neighbours behind one address have tried. */
export function mayBeLimited(refusal: Refusal): boolean {
  return !GOOD_PASS.includes(refusal);
}
