import { Op, type Transaction } from 'sequelize';
import { NotFoundError } from '../errors';
import { BookOrder } from '../models/BookOrder';
import { User } from '../models/User';
import { ZoomConnection } from '../models/ZoomConnection';
import type { Page } from './externalBookings';

export type ExternalRole = 'teacher' | 'student';

/** What a program's call names: whose person, what they are, and what they call them. */
export interface ExternalPersonId {
  readonly customer: string;
  readonly role: ExternalRole;
  readonly externalId: string;
}

/** @returns null when this customer has no such person; another's counts as none */
export function findPersonOf(
  { customer, role, externalId }: ExternalPersonId,
  transaction: Transaction | null = null,
): Promise<User | null> {
  const lock = transaction ? { lock: true } : {};
  return User.findOne({ where: { customer, role, externalId }, transaction, ...lock });
}

/** @throws NotFoundError */
export async function requirePersonOf(id: ExternalPersonId, transaction: Transaction | null = null): Promise<User> {
  const user = await findPersonOf(id, transaction);
  if (!user) throw new NotFoundError(`There is no such ${id.role}.`);
  return user;
}

/** One more than is asked for says that there are more. */
export function listPeopleOf(
  { customer, role }: Omit<ExternalPersonId, 'externalId'>,
  { after, limit }: Page,
): Promise<User[]> {
  const where = { customer, role, externalId: { [Op.ne]: null }, id: { [Op.gt]: after } };
  return User.findAll({ where, order: ['id'], limit: limit + 1 });
}

/**
 * Whether a marketplace may have somebody as its own who is here already: only whoever is nobody else's yet. Whoever can
 * sign in, or has a part in orders of others, is handed over by an admin.
 */
export async function isFreeFor(
  { customer, role }: Omit<ExternalPersonId, 'externalId'>,
  user: User,
  transaction: Transaction,
): Promise<boolean> {
  if (user.role !== role || user.customer !== null || user.passwordHash !== null) return false;
  return !(await isInOrdersOfOthers(customer, user, transaction));
}

/** Whether orders of another marketplace, or ours, rely on somebody. */
export async function isInOrdersOfOthers(customer: string, user: User, transaction: Transaction): Promise<boolean> {
  const part = { [Op.or]: [{ userId: user.id }, { teacherId: user.id }] };
  const others = { [Op.or]: [{ customer: null }, { customer: { [Op.ne]: customer } }] };
  return (await BookOrder.count({ where: { [Op.and]: [part, others] }, transaction })) > 0;
}

/** How the Zoom connections of these teachers stand, by their ids. */
export async function zoomStatesOf(users: readonly User[]): Promise<ReadonlyMap<number, ZoomConnection['state']>> {
  const connections = await ZoomConnection.findAll({ where: { userId: users.map(({ id }) => id) } });
  return new Map(connections.map(({ userId, state }) => [userId, state]));
}
