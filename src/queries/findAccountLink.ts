import type { Transaction } from 'sequelize';
import { isUsable } from '../domain/accountLinks';
import { AccountLink } from '../models/AccountLink';
import { User } from '../models/User';
import { hashToken } from '../security/joinPass';

export interface GoodLink {
  readonly link: AccountLink;
  readonly user: User;
}

/** The link of that token and its person; null when no password can be chosen by it. */
export async function findAccountLink(token: string, now: Date): Promise<GoodLink | null> {
  const link = await AccountLink.findOne({ where: { token: hashToken(token) } });
  if (!link || !isUsable(link, now)) return null;
  const user = await User.findByPk(link.userId);
  return user && mayHavePassword(user) ? { link, user } : null;
}

/** Students join by their links alone; whoever is disabled has nothing to sign in to. */
export function mayHavePassword({ role, disabledAt }: Pick<User, 'role' | 'disabledAt'>): boolean {
  return role !== 'student' && disabledAt === null;
}

/** Whether an invitation is out that has not been taken up; one that has run out counts. */
export async function isInvited(userId: number, transaction: Transaction | null): Promise<boolean> {
  const open = { userId, purpose: 'invitation', usedAt: null, withdrawnAt: null };
  return (await AccountLink.count({ where: open, transaction })) > 0;
}
