import { askZoom } from '../src/commands/askZoom';
import { cancelRegistrants } from '../src/commands/cancelRegistrants';
import { closeClass } from '../src/commands/closeClass';
import { lookAtOverrun } from '../src/commands/lookAtOverrun';
import { lookAtRoom } from '../src/commands/lookAtRoom';
import { makeMeeting, type MakeResult } from '../src/commands/makeMeeting';
import { makePersonalLinks } from '../src/commands/makePersonalLinks';
import { rehearse } from '../src/commands/rehearse';
import { removeMeetings } from '../src/commands/removeMeetings';
import { resolveAttempts } from '../src/commands/resolveAttempts';
import { settleClass } from '../src/commands/settleClass';
import { updateMeeting } from '../src/commands/updateMeeting';
import type { Deps } from '../src/deps';
import { startsSoon } from '../src/queries/startsSoon';
import type { RoomsFirst } from '../src/temporal/roomsFirst';
import type { ClassInput } from './classLook';
import { heartbeating } from './heartbeating';
import { stepNow } from './stepNow';

type Command<T> = (deps: Deps, input: { classDateId: number; now: Date }) => Promise<T>;

/** `made in a rush`: what else its class needs can wait until others have their rooms. */
export type RoomResult = MakeResult | 'made in a rush';

/** The steps that talk to Zoom; each is a command of the same name. */
export function createMeetingActivities(deps: Deps, roomsFirst: RoomsFirst) {
  const step =
    <T>(command: Command<T>) =>
    ({ classDateId, now }: ClassInput): Promise<T> =>
      heartbeating(() => command(deps, { classDateId, now: stepNow(now) }));
  return {
    makeMeeting: step(async (_, { classDateId, now }): Promise<RoomResult> => {
      roomsFirst.begin();
      const result = await makeMeeting(deps, { classDateId, now });
      if (result !== 'made' || !roomsFirst.isRush()) return result;
      return (await startsSoon(classDateId, now)) ? result : 'made in a rush';
    }),
    resolveAttempts: step(resolveAttempts),
    updateMeeting: step(updateMeeting),
    removeMeetings: step(removeMeetings),
    cancelRegistrants: step(cancelRegistrants),
    makePersonalLinks: step(makePersonalLinks),
    lookAtRoom: step(lookAtRoom),
    askZoom: step(askZoom),
    lookAtOverrun: step(lookAtOverrun),
    closeClass: step(closeClass),
    settleClass: step(settleClass),
    rehearse: step(rehearse),
  };
}

export type MeetingActivities = ReturnType<typeof createMeetingActivities>;
