import type { Transaction } from 'sequelize';
import { Session } from '../models/Session';
import type { User } from '../models/User';

/**
 * Signs somebody out everywhere. The rows go, and their number rises, so that a request that is under way cannot bring
 * one of them back when it saves its session.
 *
 * @param user locked
 */
export async function endSessions(user: User, transaction: Transaction): Promise<void> {
  await user.update({ sessionEpoch: user.sessionEpoch + 1 }, { transaction });
  await Session.destroy({ where: { userId: user.id }, transaction });
}
