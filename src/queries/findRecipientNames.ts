import { OrderGuest } from '../models/OrderGuest';
import { User } from '../models/User';

/** What the people are called that mails go to by these keys of the ledger; a guest without a name by their address. */
export async function findRecipientNames(recipientKeys: readonly string[]): Promise<string[]> {
  const [users, guests] = await Promise.all([
    User.findAll({ where: { id: idsOf('user', recipientKeys) }, order: ['id'] }),
    OrderGuest.findAll({ where: { id: idsOf('guest', recipientKeys) }, order: ['id'] }),
  ]);
  return [...users.map(({ fullName }) => fullName), ...guests.map(({ name, email }) => name ?? email)];
}

function idsOf(kind: 'user' | 'guest', recipientKeys: readonly string[]): number[] {
  return recipientKeys.flatMap((key) => (key.startsWith(`${kind}:`) ? Number(key.slice(kind.length + 1)) : []));
}
