import { heartbeat } from '@temporalio/activity';
import { sendDueMails, type SendResult } from '../src/commands/sendDueMails';
import type { Deps } from '../src/deps';
import type { RoomsFirst } from '../src/temporal/roomsFirst';
import type { ClassInput } from './classLook';
import { heartbeating } from './heartbeating';
import { stepNow } from './stepNow';

export function createMailActivities(deps: Deps, roomsFirst: RoomsFirst) {
  return {
    sendMails: ({ classDateId, now }: ClassInput): Promise<SendResult> =>
      heartbeating(async () => {
        await roomsFirst.mailsMayGo();
        return sendDueMails(deps, { about: { classDateId }, now: stepNow(now), heartbeat: (sent) => heartbeat(sent) });
      }),
  };
}

export type MailActivities = ReturnType<typeof createMailActivities>;
