import { UniqueConstraintError } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { problemsOfPassword } from '../domain/passwordRules';
import { FieldErrors, type FieldError } from '../errors';
import { User, type Role } from '../models/User';
import { hashPassword } from '../security/passwords';
import { deliverOutbox } from '../temporal/outbox';
import { inviteIn } from './inviteUser';
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
  /** mail them a link to choose a password by */
  readonly invite?: boolean;
}

/** Whoever is to be invited gets a link to choose a password by. @throws FieldErrors */
export async function createUser(deps: Deps, user: NewUser, origin: AuditOrigin): Promise<User> {
  const errors = problemsOfUser(user);
  if (errors.length > 0) throw new FieldErrors(errors);
  const passwordHash = user.password === null ? null : await hashPassword(user.password);
  const { role, email, firstName, lastName, timeZone } = user;
  try {
    const { created, outboxIds } = await inTransaction(deps.db, async (transaction) => {
      const person = await User.create({ role, email, firstName, lastName, timeZone, passwordHash }, { transaction });
      const entity = { type: 'user', id: person.id };
      await writeAudit(deps, origin, { action: 'user_created', entity, metadata: { role } }, transaction);
      return { created: person, outboxIds: user.invite ? [await inviteIn(deps, person, origin, transaction)] : [] };
    });
    await deliverOutbox(deps, ...outboxIds);
    return created;
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
    problems.push(...problemsOfPassword(password).map((message) => ({ field: 'password', message })));
  }
  return problems;
}
