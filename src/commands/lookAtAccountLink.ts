import { AccountLink } from '../models/AccountLink';
import { mailsOutlook } from '../queries/mailsOutlook';

/** What the workflow is told of a one-time link: words and instants, nothing of a person. */
export interface AccountLinkLook {
  readonly phase: string;
  readonly steps: readonly 'sendAccountMails'[];
  /** ISO instant, or null when nothing more is waited for */
  readonly nextLookAt: string | null;
  readonly waitingFor: string;
}

/**
 * Looks whether a mail about somebody's account is to go out.
 *
 * @returns null when there is no such link
 */
export async function lookAtAccountLink(accountLinkId: number, now: Date): Promise<AccountLinkLook | null> {
  const link = await AccountLink.findByPk(accountLinkId, { attributes: ['purpose'] });
  if (!link) return null;
  const { due, nextAttemptAt } = await mailsOutlook({ accountLinkId }, now);
  return {
    phase: `${link.purpose}, ${due > 0 || nextAttemptAt !== null ? 'being mailed' : 'mailed'}`,
    steps: due > 0 ? ['sendAccountMails'] : [],
    nextLookAt: nextAttemptAt?.toISOString() ?? null,
    waitingFor: 'tries a mail again',
  };
}
