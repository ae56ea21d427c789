import type { Transaction } from 'sequelize';
import { AppError } from '../errors';
import type { User } from '../models/User';
import { isInOrdersOfOthers } from '../queries/externalPeople';

/**
 * Where somebody reads, and whether they are let in, is a matter of everybody who relies on them: one marketplace's program
 * must not have the links, classes and account that others know them by. What they are called is no such matter.
 *
 * @param user locked
 * @throws AppError 409
 */
export async function refuseIfShared(customer: string, user: User, transaction: Transaction): Promise<void> {
  if (!(await isInOrdersOfOthers(customer, user, transaction))) return;
  refuse('Orders that are not yours name this person too. An admin has to do it, on their page.');
}

interface ChangeOfShared {
  readonly customer: string;
  readonly toChange: readonly string[];
  /** the fields that an admin has decided about, and wants so */
  readonly decidedHere?: readonly string[] | undefined;
}

/**
 * The same for a change of some fields. Whoever reads at another address could choose a new password there, so it is refused
 * for people who have one.
 *
 * @param user locked
 * @throws AppError 409
 */
export async function refuseChangeOfShared(
  { customer, toChange, decidedHere = [] }: ChangeOfShared,
  user: User,
  transaction: Transaction,
): Promise<void> {
  const undecided = toChange.filter((name) => !decidedHere.includes(name));
  const moves = undecided.includes('email');
  if (moves && user.passwordHash !== null) {
    refuse('This person signs in here with a password. An admin has to change their address, on their page.');
  }
  if (moves || undecided.includes('state')) await refuseIfShared(customer, user, transaction);
}

function refuse(message: string): never {
  throw new AppError(409, 'needs_admin', message);
}
