import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { NotFoundError } from '../errors';
import { User } from '../models/User';
import { findUntoldClasses } from '../queries/findUntoldClasses';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';
import { rehearseAnew } from './rehearseAnew';
import { giveBackPasses } from './withheldPasses';
import { writeAudit, type AuditOrigin } from './writeAudit';

export interface Enabled {
  readonly user: User;
  readonly changed: boolean;
  /** of a student: join links that work again */
  readonly passes: number;
}

/**
 * Lets somebody in again: they sign in with the password they had, and their join links work as before. What they were not
 * mailed meanwhile, and should still know, goes out.
 *
 * @throws NotFoundError
 */
export async function enableUser(deps: Deps, userId: number, origin: AuditOrigin): Promise<Enabled> {
  const { outboxIds, ...done } = await inTransaction(deps.db, async (transaction) => {
    const user = await User.findByPk(userId, { lock: true, transaction });
    if (!user) throw new NotFoundError('There is no such person.');
    return enableIn(deps, user, origin, transaction);
  });
  await deliverOutbox(deps, ...outboxIds);
  return done;
}

/**
 * The same as a part of something larger, which delivers the outbox rows after its commit.
 *
 * @param user locked
 */
export async function enableIn(
  deps: Pick<Deps, 'signingKeys' | 'clock'>,
  user: User,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<Enabled & { outboxIds: number[] }> {
  if (user.disabledAt === null) return { user, changed: false, passes: 0, outboxIds: [] };
  await user.update({ disabledAt: null }, { transaction });
  const { passes, outboxIds } = await giveBackPasses(user.id, transaction);
  const ofClasses = user.role === 'teacher' ? await rehearseAnew(user.id, 'teacher enabled', transaction) : [];
  const ofUntold = await tellUntoldClasses(deps, user, transaction);
  const entity = { type: 'user', id: user.id };
  await writeAudit(deps, origin, { action: 'user_enabled', entity, metadata: { passes } }, transaction);
  return { user, changed: true, passes, outboxIds: [...outboxIds, ...ofClasses, ...ofUntold] };
}

async function tellUntoldClasses(
  { clock }: Pick<Deps, 'clock'>,
  { id, role }: User,
  transaction: Transaction,
): Promise<number[]> {
  const reason = role === 'teacher' ? 'teacher enabled' : 'roster changed';
  const outboxIds: number[] = [];
  for (const classDateId of await findUntoldClasses(id, clock.now(), transaction))
    outboxIds.push(await addToOutbox({ classDateId }, reason, transaction));
  return outboxIds;
}
