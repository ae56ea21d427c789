import { earlier, later } from './clock';
import { passIdIn } from './inviteNames';

/** What Zoom has said of one stay in a meeting, from its "joined", its "left", or both. */
export interface Segment {
  /** of a stay in a breakout room, or by telephone: the stay in the meeting that it belongs to */
  readonly parentSessionUserId: string | null;
  readonly participantUuid: string | null;
  readonly registrantId: string | null;
  readonly zoomUserId: string | null;
  readonly userName: string | null;
  readonly userEmail: string | null;
  readonly joinTime: Date | null;
  readonly leaveTime: Date | null;
}

/**
 * Puts what an event told onto what was known. Each event brings one of the two times: of two beginnings the earlier
 * counts, of two ends the later. Of the person, what was told when they came counts more than what was told later, and
 * something more than nothing. So any order and any repeats end in the same segment.
 */
export function mergeSegment(known: Segment | null, told: Segment): Segment {
  if (!known) return told;
  const times = { joinTime: earlier(known.joinTime, told.joinTime), leaveTime: later(known.leaveTime, told.leaveTime) };
  const order = byWeight(known, told);
  if (order === 0) return { ...joining(known, told, lesser), ...times };
  return { ...(order < 0 ? preferring(known, told) : preferring(told, known)), ...times };
}

/** Fills what no webhook told with what Zoom's list says; never the other way round, for the list is made later. */
export function fillSegment(known: Segment | null, listed: Segment): Segment {
  return known ? preferring(known, listed) : listed;
}

/** Negative where the first says more reliably who somebody is: who told it as they came, else who heard it last. */
function byWeight(one: Segment, other: Segment): number {
  if (one.joinTime !== null || other.joinTime !== null) return instantOf(one.joinTime) - instantOf(other.joinTime);
  return instantOf(other.leaveTime) - instantOf(one.leaveTime);
}

function instantOf(at: Date | null): number {
  return at?.getTime() ?? Number.MAX_SAFE_INTEGER;
}

function preferring(first: Segment, second: Segment): Segment {
  return joining(first, second, (one) => one);
}

/** Neither is the better one, so the choice must only be the same each time. */
function lesser(one: string, other: string): string {
  return one < other ? one : other;
}

/** @param choose which of two texts stands where both say something */
function joining(first: Segment, second: Segment, choose: (one: string, other: string) => string): Segment {
  const text = (one: string | null, other: string | null) =>
    one === null || other === null ? (one ?? other) : choose(one, other);
  return {
    parentSessionUserId: text(first.parentSessionUserId, second.parentSessionUserId),
    participantUuid: text(first.participantUuid, second.participantUuid),
    registrantId: text(first.registrantId, second.registrantId),
    zoomUserId: text(first.zoomUserId, second.zoomUserId),
    userName: text(first.userName, second.userName),
    userEmail: text(first.userEmail, second.userEmail),
    joinTime: first.joinTime ?? second.joinTime,
    leaveTime: first.leaveTime ?? second.leaveTime,
  };
}

export interface PassOfClass {
  readonly id: number;
  readonly guestId: number | null;
  readonly email: string;
  readonly registrantId: string | null;
  /** by which Zoom knew the person before, separated by spaces */
  readonly formerRegistrants: string | null;
}

/** The former registrants of a pass once it gets another registrant than it has. */
export function formerRegistrantsOf({
  registrantId,
  formerRegistrants,
}: Pick<PassOfClass, 'registrantId' | 'formerRegistrants'>): string | null {
  const former = new Set([...(formerRegistrants?.split(' ') ?? []), ...(registrantId === null ? [] : [registrantId])]);
  return former.size === 0 ? null : [...former].join(' ');
}

export interface PersonMatch {
  readonly passId: number | null;
  readonly role: 'host' | 'participant' | 'guest';
  readonly matchedBy: 'registrant' | 'host' | 'email' | 'invite' | 'none';
}

/**
 * Ties a stay to a person: by the registrant whose link was used, then as the host, then by an address that Zoom vouches
 * for, then by the number that we put into the name of an invite link. Any other name is no identity: who is left is for a
 * person to decide.
 *
 * @param hostZoomUserIds the Zoom ids by which the host may appear
 */
export function matchPerson(
  segment: Pick<Segment, 'registrantId' | 'zoomUserId' | 'userName' | 'userEmail'>,
  passes: readonly PassOfClass[],
  hostZoomUserIds: readonly string[],
): PersonMatch {
  const { registrantId, zoomUserId, userName, userEmail } = segment;
  const registrant = registrantId ? passOfRegistrant(registrantId, passes) : undefined;
  if (registrant) return { passId: registrant.id, role: roleOf(registrant), matchedBy: 'registrant' };
  if (zoomUserId && hostZoomUserIds.includes(zoomUserId)) return { passId: null, role: 'host', matchedBy: 'host' };
  const address = userEmail?.toLowerCase();
  const owner = address ? passes.find((pass) => pass.email.toLowerCase() === address) : undefined;
  if (owner) return { passId: owner.id, role: roleOf(owner), matchedBy: 'email' };
  const invited = userName ? passes.find(({ id }) => id === passIdIn(userName)) : undefined;
  if (invited) return { passId: invited.id, role: roleOf(invited), matchedBy: 'invite' };
  return { passId: null, role: 'participant', matchedBy: 'none' };
}

/** Zoom gives an address that comes back the registrant it had: whoever has it now comes before who had it once. */
function passOfRegistrant(registrantId: string, passes: readonly PassOfClass[]): PassOfClass | undefined {
  return (
    passes.find((pass) => pass.registrantId === registrantId) ??
    passes.find(({ formerRegistrants }) => formerRegistrants?.split(' ').includes(registrantId))
  );
}

const SURENESS: readonly PersonMatch['matchedBy'][] = ['none', 'invite', 'email', 'host', 'registrant'];

/** What is known less surely than this. */
export function lessSureThan(matchedBy: PersonMatch['matchedBy']): PersonMatch['matchedBy'][] {
  return SURENESS.slice(0, SURENESS.indexOf(matchedBy));
}

/** Whose a stay in a breakout room, or by telephone, is: theirs to whose stay in the meeting it belongs, where that is surer. */
export function matchOfPart(own: PersonMatch, parent: PersonMatch | null): PersonMatch {
  return parent && lessSureThan(parent.matchedBy).includes(own.matchedBy) ? parent : own;
}

/**
 * What is known of who it was once does not become less sure: addresses are corrected and connections change, and stays of
 * before are told of later, too.
 */
export function surerMatch(known: PersonMatch, now: PersonMatch): PersonMatch {
  const { passId, role, matchedBy } = known;
  return lessSureThan(matchedBy).includes(now.matchedBy) ? { passId, role, matchedBy } : now;
}

/**
 * Of a wait it is kept only whose it is: of the matches that its words made the surest, of equally sure ones always the
 * same, so that any order and any repeats end in the same person.
 */
export function surerPass(one: PassMatch, other: PassMatch): PassMatch {
  const isOne =
    one.matchedBy === other.matchedBy
      ? (one.passId ?? Infinity) <= (other.passId ?? Infinity)
      : lessSureThan(one.matchedBy).includes(other.matchedBy);
  const { passId, matchedBy } = isOne ? one : other;
  return { passId, matchedBy };
}

type PassMatch = Pick<PersonMatch, 'passId' | 'matchedBy'>;

function roleOf({ guestId }: PassOfClass): 'participant' | 'guest' {
  return guestId === null ? 'participant' : 'guest';
}
