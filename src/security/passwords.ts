import { hash, verify } from '@node-rs/argon2';

/** OWASP ASVS 5.0 appendix C: argon2id with 46 MiB, one pass, one lane (argon2id is the library's default algorithm). */
const ARGON2ID = { memoryCost: 47_104, timeCost: 1, parallelism: 1 };

/** Verified against when there is no such user, so that the answer takes as long either way. */
let decoy: Promise<string> | undefined;

export function hashPassword(password: string): Promise<string> {
  return hash(password, ARGON2ID);
}

export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword('nobody has this password');
  const matches = await verify(stored ?? (await decoy), password);
  return stored !== null && matches;
}
