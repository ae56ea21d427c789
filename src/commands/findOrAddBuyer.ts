import type { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { FieldErrors, type FieldError } from '../errors';
import { User } from '../models/User';
import { writeAudit, type AuditOrigin } from './writeAudit';

export interface BuyerContent {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly timeZone: string | null;
  readonly language: string | null;
}

/** @throws FieldErrors unless that is a teacher who may give classes */
export async function requireTeacher(email: string, transaction: Transaction): Promise<User> {
  const user = await User.findOne({ where: { email }, transaction });
  if (user?.role === 'teacher' && !user.disabledAt && isSame(user.email, email)) return user;
  throw new FieldErrors([{ field: 'teacher.email', message: 'There is no teacher with this address here.' }]);
}

/**
 * The student of that address; whoever is not known yet is added. A person who is known stays as they are: an order is no
 * word on what they are called.
 *
 * @throws FieldErrors
 */
export async function findOrAddBuyer(
  deps: Pick<Deps, 'signingKeys'>,
  buyer: BuyerContent,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<{ user: User; notes: readonly string[] }> {
  const known = await User.findOne({ where: { email: buyer.email }, transaction });
  if (known) {
    const problem = whatSpeaksAgainst(known, buyer);
    if (problem) throw new FieldErrors([problem]);
    return {
      user: known,
      notes: saysOtherwise(known, buyer) ? ['The buyer is known here and stays as they are.'] : [],
    };
  }
  const user = await User.create({ role: 'student', ...buyer }, { transaction });
  const entity = { type: 'user', id: user.id };
  await writeAudit(deps, origin, { action: 'user_created', entity, metadata: { role: 'student' } }, transaction);
  return { user, notes: [] };
}

function whatSpeaksAgainst(known: User, { email }: BuyerContent): FieldError | null {
  const field = 'buyer.email';
  // MySQL's collation takes é for e and ß for ss.
  if (!isSame(known.email, email)) {
    return { field, message: 'Somebody here has an address that differs from this one in accents only.' };
  }
  if (known.role !== 'student') return { field, message: 'This is the address of somebody who is no student here.' };
  return known.disabledAt ? { field, message: 'This student is disabled here.' } : null;
}

function saysOtherwise(known: User, { firstName, lastName, timeZone, language }: BuyerContent): boolean {
  if (known.firstName !== firstName || known.lastName !== lastName) return true;
  return (timeZone ?? known.timeZone) !== known.timeZone || (language ?? known.language) !== known.language;
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
