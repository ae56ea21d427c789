import { Op, UniqueConstraintError, type Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { FieldErrors, NotFoundError } from '../errors';
import { BookOrder } from '../models/BookOrder';
import { OrderGuest } from '../models/OrderGuest';
import { User } from '../models/User';
import { isInvited } from '../queries/findAccountLink';
import { deliverOutbox } from '../temporal/outbox';
import { problemsOfUser } from './createUser';
import { endSessions } from './endSessions';
import { inviteIn } from './inviteUser';
import { keepFormerWords } from './keepFormerWords';
import { forgetRefusedEdit } from './keepRefusedEdit';
import { withdrawLinks } from './makeAccountLink';
import { movePasses } from './movePasses';
import { tellFormerAddress, type FormerAddress } from './tellFormerAddress';
import { writeAudit, type AuditOrigin } from './writeAudit';

/** What is not named stays as it is. */
export interface UserContent {
  readonly email?: string | undefined;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly timeZone?: string | null | undefined;
  readonly language?: string | null | undefined;
  /** which marketplace may change this person by its API, and what it calls them there */
  readonly customer?: string | null | undefined;
  readonly externalId?: string | null | undefined;
}

export interface UserChanged {
  readonly user: User;
  readonly changed: boolean;
  readonly address: boolean;
  /** to how many class dates they are invited anew, because the former address had been */
  readonly invitations: number;
}

/**
 * Changes what somebody is called, where they read and what clock they live by. Another address is another mailbox: they
 * are signed out everywhere, links to choose a password by die, each join link is replaced by one that goes there, and whoever
 * reads at the former one is told.
 *
 * @throws FieldErrors, NotFoundError; nothing has been saved then
 */
export async function changeUser(
  deps: Deps,
  userId: number,
  content: UserContent,
  origin: AuditOrigin,
): Promise<UserChanged> {
  const { outboxIds, ...done } = await orTaken(() =>
    inTransaction(deps.db, async (transaction) => {
      const user = await User.findByPk(userId, { lock: true, transaction });
      if (!user) throw new NotFoundError('There is no such person.');
      return changeUserIn(deps, user, content, origin, transaction);
    }),
  );
  await deliverOutbox(deps, ...outboxIds);
  return done;
}

/**
 * The same as a part of something larger, which delivers the outbox rows after its commit.
 *
 * @param user locked
 * @param invite false: an invitation that has not been taken up dies, and none goes to the new address
 */
export async function changeUserIn(
  deps: Pick<Deps, 'signingKeys' | 'clock'>,
  user: User,
  content: UserContent,
  origin: AuditOrigin,
  transaction: Transaction,
  invite = true,
): Promise<UserChanged & { outboxIds: number[] }> {
  const before = { ...user.get({ plain: true }) };
  user.set(Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined)));
  const fields = user.changed() || [];
  const address = user.email !== before.email;
  if (fields.length === 0) return { user, changed: false, address, invitations: 0, outboxIds: [] };
  // What another marketplace sent says nothing of what this one does.
  if (user.changed('customer') || user.changed('externalId')) {
    user.set({ externalRevision: null, externalFields: null });
    await forgetRefusedEdit({ userId: user.id }, transaction);
  }
  await check(user, address, transaction);
  if (user.email.toLowerCase() !== before.email.toLowerCase()) user.set({ emailSince: deps.clock.now() });
  await user.save({ transaction });
  if (fields.includes('customer')) await keepFormerWords(user, before, transaction);
  const { invitations, outboxIds } = address
    ? await moveTo(deps, { user, before, invite }, origin, transaction)
    : { invitations: 0, outboxIds: [] };
  const metadata = Object.fromEntries(fields.map((field) => [field, true]));
  const entity = { type: 'user', id: user.id };
  await writeAudit(deps, origin, { action: 'user_changed', entity, metadata }, transaction);
  return { user, changed: true, address, invitations, outboxIds };
}

/** The address was taken in this very moment, or differs from another in accents only. */
async function orTaken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UniqueConstraintError)) throw error;
    throw Object.keys(error.fields).some((key) => key.includes('external')) ? idTaken() : addressTaken();
  }
}

function idTaken(): FieldErrors {
  return new FieldErrors([{ field: 'externalId', message: 'This marketplace has given this id to somebody else.' }]);
}

function addressTaken(): FieldErrors {
  return new FieldErrors([{ field: 'email', message: 'Somebody with this e-mail address is here already.' }]);
}

async function check(user: User, address: boolean, transaction: Transaction): Promise<void> {
  const { role, email, firstName, lastName, timeZone } = user;
  const problems = problemsOfUser({ role, email, firstName, lastName, timeZone, password: null });
  if (problems.length > 0) throw new FieldErrors(problems);
  if (!address) return;
  if (await User.findOne({ where: { email, id: { [Op.ne]: user.id } }, transaction })) throw addressTaken();
  await refuseGuests(user, transaction);
}

/** Nobody has two passes for one class. */
async function refuseGuests({ id: userId, email }: User, transaction: Transaction): Promise<void> {
  const orders = await BookOrder.findAll({ where: { userId, cancelledAt: null }, attributes: ['id'], transaction });
  const where = { orderId: orders.map(({ id }) => id), email, removedAt: null };
  const guest = await OrderGuest.findOne({ where, transaction });
  if (!guest) return;
  const message = 'This is the address of a guest of an order of theirs. Take the guest out of it first.';
  throw new FieldErrors([{ field: 'email', message }]);
}

/**
 * Whoever reads at the former address is out, and is told there. An invitation that has not been taken up goes out anew.
 */
async function moveTo(
  deps: Pick<Deps, 'signingKeys' | 'clock'>,
  { user, before, invite }: { readonly user: User; readonly before: FormerAddress; readonly invite: boolean },
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<{ invitations: number; outboxIds: number[] }> {
  const now = deps.clock.now();
  await endSessions(user, transaction);
  const invited = invite && (await isInvited(user.id, transaction));
  await withdrawLinks(user.id, now, transaction);
  // First, for the mails that went out to the former address are made to go out anew below.
  const toFormer = await tellFormerAddress(deps, user, before, transaction);
  const { invitations, outboxIds } = await movePasses(deps, user, transaction);
  outboxIds.push(...toFormer);
  if (invited && user.passwordHash === null && user.disabledAt === null)
    outboxIds.push(await inviteIn(deps, user, origin, transaction));
  return { invitations, outboxIds };
}
