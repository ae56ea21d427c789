import { createHash, randomBytes } from 'node:crypto';

/** So that people and secret scanners know one when they see it. */
const PREFIX = 'dcl_';
const PATTERN = /^dcl_[\w-]{43}$/;
const HINT_LENGTH = PREFIX.length + 6;

export interface NewSecret {
  readonly secret: string;
  readonly hash: string;
  readonly hint: string;
}

/** 256 random bits, so that a plain SHA-256 of it keeps it. */
export function newApiKeySecret(): NewSecret {
  const secret = `${PREFIX}${randomBytes(32).toString('base64url')}`;
  return { secret, hash: hashApiKeySecret(secret), hint: secret.slice(0, HINT_LENGTH) };
}

export function looksLikeApiKey(text: string): boolean {
  return PATTERN.test(text);
}

export function hashApiKeySecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
