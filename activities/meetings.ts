import { askZoom } from '../src/commands/askZoom';
import { cancelRegistrants } from '../src/commands/cancelRegistrants';
import { closeClass } from '../src/commands/closeClass';
import { lookAtRoom } from '../src/commands/lookAtRoom';
import { makeMeeting } from '../src/commands/makeMeeting';
import { makePersonalLinks } from '../src/commands/makePersonalLinks';
import { rehearse } from '../src/commands/rehearse';
import { removeMeetings } from '../src/commands/removeMeetings';
import { resolveAttempts } from '../src/commands/resolveAttempts';
import { settleClass } from '../src/commands/settleClass';
import { updateMeeting } from '../src/commands/updateMeeting';
import type { Deps } from '../src/deps';
import type { RoomsFirst } from '../src/temporal/roomsFirst';
import type { ClassInput } from './classLook';
import { heartbeating } from './heartbeating';
import { stepNow } from './stepNow';

type Command<T> = (deps: Deps, input: { classDateId: number; now: Date }) => Promise<T>;

/** The steps that talk to Zoom; each is a command of the same name. */
export function createMeetingActivities(deps: Deps, roomsFirst: RoomsFirst) {
  const step =
    <T>(command: Command<T>) =>
    ({ classDateId, now }: ClassInput): Promise<T> =>
      heartbeating(() => command(deps, { classDateId, now: stepNow(now) }));
  return {
    makeMeeting: step((...args) => roomsFirst.room(() => makeMeeting(...args))),
    resolveAttempts: step(resolveAttempts),
    updateMeeting: step(updateMeeting),
    removeMeetings: step(removeMeetings),
    cancelRegistrants: step(cancelRegistrants),
    makePersonalLinks: step(makePersonalLinks),
    lookAtRoom: step(lookAtRoom),
    askZoom: step(askZoom),
    closeClass: step(closeClass),
    settleClass: step(settleClass),
    rehearse: step(rehearse),
  };
}

export type MeetingActivities = ReturnType<typeof createMeetingActivities>;
