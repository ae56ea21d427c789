import { continueAsNew } from '@temporalio/workflow';
import { levelLoop } from './levelLoop';
import { accountMails, lookAtAccountLink } from './proxies';

interface AccountLinkInput {
  readonly accountLinkId: number;
}

/** The mails about one link to choose a password by: the one that carries it, and the one that says it was used. */
export function accountLink({ accountLinkId }: AccountLinkInput): Promise<void> {
  const input = () => ({ accountLinkId, now: new Date(Date.now()).toISOString() });
  return levelLoop({
    name: `Account link ${accountLinkId}`,
    look: () => lookAtAccountLink(input()),
    run: () => accountMails.sendAccountMails(input()),
    startAnew: () => continueAsNew<typeof accountLink>({ accountLinkId }),
  });
}
