import type { TokenDeps } from './freshToken';
import { countMeetingWrite } from './meetingWrites';
import * as meetings from './meetings';
import * as pastMeetings from './pastMeetings';
import * as registrants from './registrants';
import * as users from './users';

/** Takes the token deps off a function, so that callers hand over the teacher's user id first. */
type Bound<F> = F extends (deps: TokenDeps, ...args: infer Args) => infer Result ? (...args: Args) => Result : never;

type Operations = Pick<
  typeof meetings,
  'createMeeting' | 'getMeeting' | 'updateMeeting' | 'deleteMeeting' | 'listMeetings'
> &
  Pick<typeof registrants, 'addRegistrants' | 'cancelRegistrant' | 'createInviteLinks'> &
  Pick<typeof pastMeetings, 'pastMeeting' | 'pastParticipants'> &
  Pick<typeof users, 'getUser' | 'getCapacity'>;

/** Zoom, as a teacher: the first argument of each is the teacher's user id. Every error is one of errors.ts. */
export type ZoomClient = { readonly [Name in keyof Operations]: Bound<Operations[Name]> };

export function createZoomClient(deps: TokenDeps): ZoomClient {
  return {
    createMeeting: counted(deps, (...args) => meetings.createMeeting(deps, ...args)),
    getMeeting: (...args) => meetings.getMeeting(deps, ...args),
    updateMeeting: counted(deps, (...args) => meetings.updateMeeting(deps, ...args)),
    deleteMeeting: (...args) => meetings.deleteMeeting(deps, ...args),
    listMeetings: (...args) => meetings.listMeetings(deps, ...args),
    addRegistrants: (...args) => registrants.addRegistrants(deps, ...args),
    cancelRegistrant: (...args) => registrants.cancelRegistrant(deps, ...args),
    createInviteLinks: (...args) => registrants.createInviteLinks(deps, ...args),
    pastMeeting: (...args) => pastMeetings.pastMeeting(deps, ...args),
    pastParticipants: (...args) => pastMeetings.pastParticipants(deps, ...args),
    getUser: (...args) => users.getUser(deps, ...args),
    getCapacity: (...args) => users.getCapacity(deps, ...args),
  };
}

/** Zoom limits how often a host's meetings are made or changed in a day. */
function counted<Args extends [userId: number, ...rest: unknown[]], Result>(
  { db, clock }: TokenDeps,
  call: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    await countMeetingWrite(db, args[0], clock.now());
    return call(...args);
  };
}
