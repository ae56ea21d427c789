import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { AppError, NotFoundError } from '../errors';
import { User } from '../models/User';
import { deliverOutbox } from '../temporal/outbox';
import { endSessions } from './endSessions';
import { withdrawLinks } from './makeAccountLink';
import { rehearseAnew } from './rehearseAnew';
import { withholdPasses } from './withheldPasses';
import { writeAudit, type AuditOrigin } from './writeAudit';

export interface Disabled {
  readonly user: User;
  readonly changed: boolean;
  /** of a student: join links that stopped working with it */
  readonly passes: number;
}

/**
 * Shuts somebody out with one commit: every browser of theirs is signed out, their join links stop working, and links to
 * choose a password by are dead. What they bought or give stays as it is; the classes of a teacher are at risk from now on.
 *
 * @throws NotFoundError; AppError 409 for the last admin
 */
export async function disableUser(deps: Deps, userId: number, origin: AuditOrigin): Promise<Disabled> {
  const { outboxIds, ...done } = await inTransaction(deps.db, async (transaction) => {
    const user = await lockForDisabling(userId, transaction);
    return disableIn(deps, user, origin, transaction);
  });
  await deliverOutbox(deps, ...outboxIds);
  return done;
}

/**
 * The same as a part of something larger, which delivers the outbox rows after its commit.
 *
 * @param user locked
 */
export async function disableIn(
  deps: Pick<Deps, 'signingKeys' | 'clock'>,
  user: User,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<Disabled & { outboxIds: number[] }> {
  if (user.disabledAt !== null) return { user, changed: false, passes: 0, outboxIds: [] };
  const now = deps.clock.now();
  await user.update({ disabledAt: now }, { transaction });
  await endSessions(user, transaction);
  await withdrawLinks(user.id, now, transaction);
  const { passes, outboxIds } = await withholdPasses(user.id, now, transaction);
  const ofClasses = user.role === 'teacher' ? await rehearseAnew(user.id, 'teacher disabled', transaction) : [];
  const entity = { type: 'user', id: user.id };
  await writeAudit(deps, origin, { action: 'user_disabled', entity, metadata: { passes } }, transaction);
  return { user, changed: true, passes, outboxIds: [...outboxIds, ...ofClasses] };
}

/** Admins are locked all together, in one order, so that of two who disable each other one is refused. */
async function lockForDisabling(userId: number, transaction: Transaction): Promise<User> {
  const found = await User.findByPk(userId, { transaction });
  if (!found) throw new NotFoundError('There is no such person.');
  if (found.role !== 'admin') return found.reload({ lock: true, transaction });
  const admins = await User.findAll({ where: { role: 'admin' }, order: ['id'], lock: true, transaction });
  const user = admins.find(({ id }) => id === userId);
  if (!user) throw new NotFoundError('There is no such person.');
  const others = admins.filter(
    (admin) => admin.id !== userId && admin.disabledAt === null && admin.passwordHash !== null,
  );
  if (user.disabledAt === null && others.length === 0) {
    throw new AppError(409, 'last_admin', 'This is the last admin who can sign in. Make another one first.');
  }
  return user;
}
