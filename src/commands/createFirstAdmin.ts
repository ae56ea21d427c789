import { randomBytes } from 'node:crypto';
import type { Deps } from '../deps';
import { User } from '../models/User';
import { createUser } from './createUser';
import { THE_SYSTEM } from './writeAudit';

/** 120 bits in the letters of an address. */
const GENERATED_BYTES = 15;

export interface FirstAdmin {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly timeZone: string | null;
  readonly password: string;
}

/**
 * An admin by command: the first one, whom no page can make, or one for whoever has locked themselves out.
 *
 * @throws FieldErrors
 */
export async function createFirstAdmin(deps: Deps, admin: FirstAdmin): Promise<{ id: number; admins: number }> {
  const { id } = await createUser(deps, { role: 'admin', ...admin }, THE_SYSTEM);
  return { id, admins: await User.count({ where: { role: 'admin' } }) };
}

export function newPassword(): string {
  return randomBytes(GENERATED_BYTES).toString('base64url');
}
