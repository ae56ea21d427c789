import { heartbeat } from '@temporalio/activity';
import { lookAtAccountLink } from '../src/commands/lookAtAccountLink';
import { sendDueMails, type SendResult } from '../src/commands/sendDueMails';
import type { Deps } from '../src/deps';
import { heartbeating } from './heartbeating';
import { stepNow } from './stepNow';

/** What every activity of a one-time link is given: an id, and the workflow's now as an ISO instant. */
export interface AccountLinkInput {
  readonly accountLinkId: number;
  readonly now: string;
}

/** For the workflow's own worker. */
export function createAccountLinkLookActivities() {
  return {
    lookAtAccountLink: ({ accountLinkId, now }: AccountLinkInput) => lookAtAccountLink(accountLinkId, new Date(now)),
  };
}

export function createAccountMailActivities(deps: Deps) {
  return {
    sendAccountMails: ({ accountLinkId, now }: AccountLinkInput): Promise<SendResult> =>
      heartbeating(() =>
        sendDueMails(deps, { about: { accountLinkId }, now: stepNow(now), heartbeat: (sent) => heartbeat(sent) }),
      ),
  };
}

export type AccountLinkLookActivities = ReturnType<typeof createAccountLinkLookActivities>;
export type AccountMailActivities = ReturnType<typeof createAccountMailActivities>;
