import { createHash } from 'node:crypto';
import type { SigningKeys } from './keyRing';

/** The person a pass is for, as it enters the token: `user:12` or `guest:34`. */
export type PersonKey = `user:${number}` | `guest:${number}`;

export interface PassIdentity {
  readonly keyId: string;
  /** class_dates.random_key */
  readonly classKey: string;
  readonly person: PersonKey;
  /** Rises with each new link; older links die. */
  readonly epoch: number;
}

export function personKey(pass: { userId: number | null; guestId: number | null }): PersonKey {
  if (pass.userId !== null) return `user:${pass.userId}`;
  if (pass.guestId !== null) return `guest:${pass.guestId}`;
  throw new Error('A pass belongs to a user or to a guest.');
}

/**
 * The token of a pass: 256 bits as 64 hex digits. It is computed, never stored, so that a retried mail and a restored
 * database make the same link.
 */
export function joinToken(keys: SigningKeys, { keyId, classKey, person, epoch }: PassIdentity): string {
  return keys.sign('join-pass', `${classKey}|${person}|${epoch}`, keyId).toString('hex');
}

/** What MySQL keeps of a token (SHA-256, 64 hex digits). */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
