import { AccountLink } from '../models/AccountLink';
import { User } from '../models/User';

/** The link as every mail about it needs it. */
export interface MailAccountLink {
  readonly link: AccountLink;
  readonly user: User;
}

export async function loadMailAccountLink(accountLinkId: number): Promise<MailAccountLink> {
  const link = await AccountLink.findByPk(accountLinkId, { rejectOnEmpty: true });
  return { link, user: await User.findByPk(link.userId, { rejectOnEmpty: true }) };
}
