import { createHash } from 'node:crypto';

/** By which an address is recognised where it need not be known. */
export function addressHash(email: string): string {
  return createHash('sha256').update(email.trim().toLowerCase()).digest('hex');
}
