import { Op } from 'sequelize';
import { User } from '../models/User';

/**
 * Whom a class or an order can be given to.
 *
 * @param holderId who has it, active or not
 */
export function listActive(role: User['role'], holderId: number | null = null): Promise<User[]> {
  const where = { role, [Op.or]: [{ disabledAt: null }, { id: holderId }] };
  return User.findAll({ where, order: ['firstName', 'lastName', 'id'] });
}
