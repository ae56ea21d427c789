import { Op } from 'sequelize';
import { OrderGuest } from '../models/OrderGuest';
import { User } from '../models/User';

/** Somebody mails go to, by the key their mails have in the ledger. */
export interface MailPerson {
  readonly recipientKey: string;
  readonly name: string;
  readonly email: string;
}

const LIMIT = 25;

/** The newest people whose name or address has that text in it. */
export async function findMailPeople(text: string): Promise<MailPerson[]> {
  const like = { [Op.like]: `%${text.replace(/[\\%_]/g, '\\$&')}%` };
  const newest = { order: [['id', 'DESC']] as [string, string][], limit: LIMIT };
  const [users, guests] = await Promise.all([
    User.findAll({ where: { [Op.or]: [{ email: like }, { firstName: like }, { lastName: like }] }, ...newest }),
    OrderGuest.findAll({ where: { [Op.or]: [{ email: like }, { name: like }] }, ...newest }),
  ]);
  return [...users.map(ofUser), ...guests.map(ofGuest)];
}

/** @returns null when nobody has that key */
export async function findMailPerson(recipientKey: string): Promise<MailPerson | null> {
  const [kind, id] = recipientKey.split(':');
  if (kind === 'user') {
    const user = await User.findByPk(Number(id));
    return user && ofUser(user);
  }
  const guest = await OrderGuest.findByPk(Number(id));
  return guest && ofGuest(guest);
}

function ofUser({ id, fullName, email }: User): MailPerson {
  return { recipientKey: `user:${id}`, name: fullName, email };
}

function ofGuest({ id, name, email }: OrderGuest): MailPerson {
  return { recipientKey: `guest:${id}`, name: name ?? 'a guest', email };
}
