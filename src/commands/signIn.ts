import type { Deps } from '../deps';
import { User } from '../models/User';
import { withinHashingCap } from '../security/hashingCap';
import { networkOf } from '../security/networkOf';
import { verifyPassword } from '../security/passwords';
import type { SignInLimits } from '../security/signInLimits';
import { writeAudit, type AuditOrigin } from './writeAudit';

interface SignIn {
  readonly email: string;
  readonly password: string;
  readonly origin: AuditOrigin;
}

/**
 * Checks a password. Unknown, disabled and wrong are one answer, in the same time.
 *
 * @returns the user, null when they do not go together, or 'wait' when there were too many tries
 * @throws AppError 429 when too many come at once: they must not all pass before the first of them has failed
 */
export function signIn(deps: Deps, limits: SignInLimits, attempt: SignIn): Promise<User | null | 'wait'> {
  return withinHashingCap(() => check(deps, limits, attempt));
}

async function check(
  deps: Deps,
  limits: SignInLimits,
  { email, password, origin }: SignIn,
): Promise<User | null | 'wait'> {
  const network = networkOf(origin.ipAddress);
  const user = await User.findOne({ where: { email } });
  // MySQL finds a user by other spellings too (josé, JOSE); they share one count.
  const account = user?.email ?? email;
  if (!(await limits.allows(network, account))) return 'wait';
  const matches = await verifyPassword(user?.disabledAt ? null : (user?.passwordHash ?? null), password);
  if (!matches || !user) {
    await limits.countFailure(network, account);
    await writeAudit(deps, origin, { action: 'sign_in_refused' }, null);
    return null;
  }
  await writeAudit(deps, { ...origin, userId: user.id }, { action: 'signed_in' }, null);
  return user;
}
