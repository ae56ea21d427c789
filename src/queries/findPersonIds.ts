import { literal, Op, where, fn, col } from 'sequelize';
import { User } from '../models/User';

/** More than this are no answer to a search. */
const LIMIT = 500;

/** The people whose name or e-mail address holds this text. */
export async function findPersonIds(text: string): Promise<number[] | 'too_many'> {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  const name = fn('CONCAT', col('first_name'), literal(`' '`), col('last_name'));
  const people = await User.findAll({
    attributes: ['id'],
    where: { [Op.or]: [where(name, { [Op.like]: pattern }), { email: { [Op.like]: pattern } }] },
    limit: LIMIT + 1,
  });
  return people.length > LIMIT ? 'too_many' : people.map(({ id }) => id);
}
