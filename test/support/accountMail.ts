import { sendDueMails } from '../../src/commands/sendDueMails';
import type { Mailbox } from '../../src/dev/mailbox/server';
import type { Deps } from '../../src/deps';
import { AccountLink } from '../../src/models/AccountLink';

/** Sends what is planned about somebody's account, as the workflow would. */
export async function sendAccountMails(deps: Deps, userId: number): Promise<void> {
  for (const { id } of await AccountLink.findAll({ where: { userId }, order: ['id'] })) {
    await sendDueMails(deps, { about: { accountLinkId: id }, now: new Date(), heartbeat: () => undefined });
  }
}

/** The path of the link to choose a password by that was mailed last to that address. */
export function mailedPath(mailbox: Mailbox, email: string): string {
  const mail = mailbox.messages().findLast(({ to, text }) => to === email && text?.includes('/password?token='));
  const [, path = ''] = /(\/password\?token=[0-9a-f]{64})\b/.exec(mail?.text ?? '') ?? [];
  if (path === '') throw new Error(`No link was mailed to ${email}.`);
  return path;
}

export function tokenIn(path: string): string {
  return new URLSearchParams(path.split('?')[1]).get('token') ?? '';
}
