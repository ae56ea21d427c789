import type { Deps } from '../deps';
import { User } from '../models/User';
import { verifyPassword } from '../security/passwords';
import type { SignInLimits } from '../security/signInLimits';
import { writeAudit, type AuditOrigin } from './writeAudit';

/** Each hash takes 46 MiB and a thread for 30 ms; more at once would starve everything else of threads. */
const HASHES_AT_ONCE = 4;
let hashing = 0;

interface SignIn {
  readonly email: string;
  readonly password: string;
  readonly origin: AuditOrigin;
}

/**
 * Checks a password. Unknown, disabled and wrong are one answer, in the same time.
 *
 * @returns the user, null when they do not go together, or 'wait' when there were too many tries
 */
export async function signIn(
  deps: Deps,
  limits: SignInLimits,
  { email, password, origin }: SignIn,
): Promise<User | null | 'wait'> {
  const ipAddress = origin.ipAddress ?? 'unknown';
  if (hashing >= HASHES_AT_ONCE || !(await limits.allows(ipAddress, email))) return 'wait';
  const user = await User.findOne({ where: { email } });
  const matches = await checkPassword(user?.disabledAt ? null : (user?.passwordHash ?? null), password);
  if (!matches || !user) {
    await limits.countFailure(ipAddress, email);
    await writeAudit(deps, origin, { action: 'sign_in_refused' }, null);
    return null;
  }
  await writeAudit(deps, { ...origin, userId: user.id }, { action: 'signed_in' }, null);
  return user;
}

async function checkPassword(stored: string | null, password: string): Promise<boolean> {
  hashing += 1;
  try {
    return await verifyPassword(stored, password);
  } finally {
    hashing -= 1;
  }
}
