import { UniqueConstraintError } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { FieldErrors, type FieldError } from '../errors';
import { User, type Role } from '../models/User';
import { hashPassword } from '../security/passwords';
import { isEmail } from './parseGuests';
import { isTimeZone } from './resolveWallTime';
import { writeAudit, type AuditOrigin } from './writeAudit';

export interface NewUser {
  readonly role: Role;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly timeZone: string | null;
  /** null: they cannot sign in (a student needs no account to join) */
  readonly password: string | null;
}

const PASSWORD_MIN = 8;
/** The front of every list of leaked passwords, at our minimal length. */
const COMMON = ['password', '12345678', '123456789', '1234567890', 'qwertyuiop', 'iloveyou', 'password1', '11111111'];

/** @throws FieldErrors */
export async function createUser(deps: Deps, user: NewUser, origin: AuditOrigin): Promise<User> {
  const errors = problemsOfUser(user);
  if (errors.length > 0) throw new FieldErrors(errors);
  const passwordHash = user.password === null ? null : await hashPassword(user.password);
  const { role, email, firstName, lastName, timeZone } = user;
  try {
    return await inTransaction(deps.db, async (transaction) => {
      const created = await User.create({ role, email, firstName, lastName, timeZone, passwordHash }, { transaction });
      const entity = { type: 'user', id: created.id };
      await writeAudit(deps, origin, { action: 'user_created', entity, metadata: { role } }, transaction);
      return created;
    });
  } catch (error) {
    if (!(error instanceof UniqueConstraintError)) throw error;
    throw new FieldErrors([{ field: 'email', message: 'Somebody with this e-mail address is here already.' }]);
  }
}

/** What is wrong with somebody who is to be made; an empty list when nothing is. */
export function problemsOfUser({ role, email, firstName, lastName, timeZone, password }: NewUser): FieldError[] {
  const problems: FieldError[] = [];
  const check = (ok: boolean, field: string, message: string) => {
    if (!ok) problems.push({ field, message });
  };
  check(firstName !== '', 'firstName', 'Enter a first name.');
  check(lastName !== '', 'lastName', 'Enter a last name.');
  check(isEmail(email), 'email', 'Enter an e-mail address, such as name@example.com.');
  check(timeZone === null || isTimeZone(timeZone), 'timeZone', 'Enter a time zone such as Europe/Berlin.');
  if (password !== null) {
    check(role !== 'student', 'password', 'Leave this empty: students join by their links and do not sign in.');
    check(
      password.length >= PASSWORD_MIN,
      'password',
      `Use at least ${PASSWORD_MIN} characters; 15 or more are better.`,
    );
    check(!COMMON.includes(password.toLowerCase()), 'password', 'This password is on every list of leaked ones.');
  }
  return problems;
}
