import { Op, type Transaction } from 'sequelize';
import { User } from '../models/User';

/** Those who may sign in. */
export async function listAdminIds(transaction: Transaction | null = null): Promise<number[]> {
  const where = { role: 'admin' as const, disabledAt: { [Op.is]: null } };
  return (await User.findAll({ where, attributes: ['id'], transaction })).map(({ id }) => id);
}
