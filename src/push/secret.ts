import { randomBytes } from 'node:crypto';
import type { CipherPlace } from '../security/encryption';

const SECRET_BYTES = 32;

/** As Standard Webhooks writes secrets. */
export function newPushSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

export function pushSecretPlace(
  randomKey: string,
  column: 'secret_encrypted' | 'previous_secret_encrypted',
): CipherPlace {
  return { table: 'push_endpoints', column, row: randomKey };
}
