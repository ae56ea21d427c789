import type { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { FieldErrors, type FieldError } from '../errors';
import { User } from '../models/User';
import { isNamedAs, type NamedPerson } from '../queries/externalFields';
import { findPersonOf } from '../queries/externalPeople';
import { writeAudit, type AuditOrigin } from './writeAudit';

interface BuyerContent {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly timeZone: string | null;
  readonly language: string | null;
}

/** Somebody by the id that this customer put them with. */
interface NamedById {
  readonly externalId: string;
}

export type TeacherRef = { readonly email: string } | NamedById;
export type BuyerRef = BuyerContent | NamedById;

/** Whoever is meant, also when they are disabled or are not what the order takes them for; null: nobody is known so. */
export function findNamed(
  ref: TeacherRef | BuyerRef,
  { customer, role }: { readonly customer: string; readonly role: 'teacher' | 'student' },
  transaction: Transaction,
): Promise<User | null> {
  if ('externalId' in ref) return findPersonOf({ externalId: ref.externalId, customer, role }, transaction);
  return findLocked(ref.email, transaction);
}

/**
 * Whoever was named by the same word before: their address may have been corrected here since, or they may be disabled.
 *
 * @returns null when it is another word
 */
export async function findAsBefore(
  ref: TeacherRef | BuyerRef,
  before: NamedPerson | undefined,
  transaction: Transaction,
): Promise<User | null> {
  return before && isNamedAs(ref, before) ? User.findByPk(before.id, { lock: true, transaction }) : null;
}

/** @throws FieldErrors; for somebody who is to get a part that they did not have */
export function refuseDisabled(user: User, ref: TeacherRef | BuyerRef, part: 'teacher' | 'buyer'): void {
  if (!user.disabledAt) return;
  const field = `${part}.${'externalId' in ref ? 'id' : 'email'}`;
  throw wrong(field, `This ${part === 'teacher' ? 'teacher' : 'student'} is disabled here.`);
}

/** @throws FieldErrors unless that is a teacher who may give classes */
export async function requireTeacher(teacher: TeacherRef, customer: string, transaction: Transaction): Promise<User> {
  if ('externalId' in teacher) {
    const known = await findPersonOf({ ...teacher, customer, role: 'teacher' }, transaction);
    if (known && !known.disabledAt) return known;
    throw wrong('teacher.id', known ? 'This teacher is disabled.' : 'You have put no teacher with this id.');
  }
  const { email } = teacher;
  const user = await findLocked(email, transaction);
  if (user?.role === 'teacher' && !user.disabledAt && isSame(user.email, email)) return user;
  throw wrong('teacher.email', 'There is no teacher with this address here.');
}

/** @throws FieldErrors unless that is a student who may buy */
async function requireBuyer({ externalId }: NamedById, customer: string, transaction: Transaction): Promise<User> {
  const known = await findPersonOf({ externalId, customer, role: 'student' }, transaction);
  if (known && !known.disabledAt) return known;
  throw wrong('buyer.id', known ? 'This student is disabled here.' : 'You have put no student with this id.');
}

/**
 * By the address that they have once it is locked: they may just be moved or disabled. Nobody is not locked, for then two
 * who add the same person would stop each other.
 */
async function findLocked(email: string, transaction: Transaction): Promise<User | null> {
  const found = await User.findOne({ where: { email }, attributes: ['id'], transaction });
  return found && User.findOne({ where: { id: found.id, email }, transaction, lock: true });
}

function wrong(field: string, message: string): FieldErrors {
  return new FieldErrors([{ field, message }]);
}

/**
 * The student of that id or address; whoever is not known yet is added. A person who is known stays as they are: an order is no
 * word on what they are called, and whoever sends it learns nothing of what others call them.
 *
 * @throws FieldErrors
 */
export async function findOrAddBuyer(
  deps: Pick<Deps, 'signingKeys'>,
  buyer: BuyerRef,
  customer: string,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<{ user: User; notes: readonly string[] }> {
  if ('externalId' in buyer) return { user: await requireBuyer(buyer, customer, transaction), notes: [] };
  const known = await findLocked(buyer.email, transaction);
  if (known) {
    const problem = whatSpeaksAgainst(known, buyer);
    if (problem) throw new FieldErrors([problem]);
    return { user: known, notes: notesOn(known, buyer, customer) };
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

/** What the program should know about a buyer whom it has put. */
export function notesOn(known: User, buyer: BuyerRef, customer: string): string[] {
  if ('externalId' in buyer || known.customer !== customer || !saysOtherwise(known, buyer)) return [];
  return ['The buyer stays as you have put them.'];
}

function saysOtherwise(known: User, { firstName, lastName, timeZone, language }: BuyerContent): boolean {
  if (known.firstName !== firstName || known.lastName !== lastName) return true;
  return (timeZone ?? known.timeZone) !== known.timeZone || (language ?? known.language) !== known.language;
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
