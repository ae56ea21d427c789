import type { AuditAction } from './auditActions';
import type { Door } from './joinRules';

/** A pass goes on in another browser so often; then it takes a new link. */
export const TAKEOVERS_MAX = 3;

/**
 * How this browser stands to a pass: nobody holds it, this one does, another one does, or another one does that has
 * taken it from this one.
 */
export type Standing = 'free' | 'holder' | 'elsewhere' | 'displaced';

/**
 * Why somebody is not let in. `revoked` and `used_elsewhere` are a stranger's; whoever held the pass before is told more
 * (`replaced`, `spent`).
 */
export type Refusal =
  | 'no_token'
  | 'unknown'
  | 'revoked'
  | 'replaced'
  | 'used_elsewhere'
  | 'spent'
  | 'wrong_class'
  | 'cancelled'
  | 'over'
  | 'unproven';

interface Holding {
  readonly usedAt: Date | null;
  readonly holderHash: string | null;
  /** The link is the one before the newest; it is good for whoever holds the pass, until the newest is used. */
  readonly isFormerLink: boolean;
  /** The pass was taken from this browser. */
  readonly wasHolder: boolean;
}

interface PassFacts extends Holding {
  readonly classDateId: number;
  readonly revokedAt: Date | null;
  readonly takeovers: number;
}

/**
 * Whose browser it was that used a pass is forgotten some days after the class; should that take place after all, the pass
 * is anybody's again who has its link.
 *
 * @param holderHash of the browser that asks
 */
export function standingOf(
  { usedAt, holderHash: heldBy, isFormerLink, wasHolder }: Holding,
  holderHash: string | null,
): Standing {
  const holds = heldBy !== null && heldBy === holderHash;
  if (holds && (usedAt !== null || isFormerLink)) return 'holder';
  if (usedAt === null || heldBy === null) return 'free';
  return wasHolder ? 'displaced' : 'elsewhere';
}

/** Another browser holds the pass; it takes a word of the person's to go on in this one. */
export function isTaken(standing: Standing): boolean {
  return standing === 'elsewhere' || standing === 'displaced';
}

/**
 * Whether the pass behind a link is refused at that class's door for that browser; null when it is good. What has become
 * of the class is told before who holds the pass: it is worth knowing on any device.
 */
export function refusalOf(
  pass: PassFacts,
  { classDateId, door, holderHash }: { classDateId: number; door: Door; holderHash: string | null },
): Refusal | null {
  const standing = standingOf(pass, holderHash);
  const isDead = pass.revokedAt !== null || (pass.isFormerLink && standing !== 'holder');
  if (isDead) return hasHeld(pass, holderHash) ? 'replaced' : 'revoked';
  if (pass.classDateId !== classDateId) return 'wrong_class';
  if (door === 'cancelled' || door === 'over') return door;
  if (!isTaken(standing) || pass.takeovers < TAKEOVERS_MAX) return null;
  return pass.wasHolder ? 'spent' : 'used_elsewhere';
}

function hasHeld({ wasHolder, holderHash: heldBy }: Holding, holderHash: string | null): boolean {
  return wasHolder || (heldBy !== null && heldBy === holderHash);
}

/** The audit log's word for each. */
export const REFUSAL_ACTIONS: Record<Refusal, AuditAction> = {
  no_token: 'join_attempt_no_token',
  unknown: 'join_attempt_invalid_token',
  revoked: 'join_attempt_invalid_token',
  replaced: 'join_attempt_invalid_token',
  used_elsewhere: 'join_attempt_unauthorized',
  spent: 'join_attempt_unauthorized',
  wrong_class: 'join_attempt_mismatched_class',
  cancelled: 'join_attempt_expired',
  over: 'join_attempt_expired',
  unproven: 'join_attempt_unauthorized',
};

const GOOD_PASS: readonly Refusal[] = ['replaced', 'spent', 'cancelled', 'over', 'unproven'];

/** Whoever has a good pass is always told how it stands, whatever their neighbours behind one address have tried. */
export function mayBeLimited(refusal: Refusal): boolean {
  return !GOOD_PASS.includes(refusal);
}
