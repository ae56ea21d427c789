import { heartbeat } from '@temporalio/activity';
import { sendDueMails, type SendResult } from '../src/commands/sendDueMails';
import type { Deps } from '../src/deps';
import type { ClassInput } from './classLook';

export function createMailActivities(deps: Deps) {
  return {
    sendMails: ({ classDateId, now }: ClassInput): Promise<SendResult> =>
      sendDueMails(deps, { classDateId, now: new Date(now), heartbeat: (sent) => heartbeat(sent) }),
  };
}

export type MailActivities = ReturnType<typeof createMailActivities>;
