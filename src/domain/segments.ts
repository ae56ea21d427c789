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
 * Puts what an event told onto what was known. Each event brings one of the two times; of the person, "joined" counts
 * more than "left", and something more than nothing; of two beginnings the earlier. So any order and any repeats end in
 * the same segment.
 */
export function mergeSegment(known: Segment | null, told: Segment): Segment {
  if (!known) return told;
  const merged = told.joinTime ? preferring(told, known) : preferring(known, told);
  return { ...merged, joinTime: earlier(known.joinTime, told.joinTime), leaveTime: told.leaveTime ?? known.leaveTime };
}

/** Fills what no webhook told with what Zoom's list says; never the other way round, for the list is made later. */
export function fillSegment(known: Segment | null, listed: Segment): Segment {
  return known ? preferring(known, listed) : listed;
}

function earlier(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}

function preferring(first: Segment, second: Segment): Segment {
  return {
    parentSessionUserId: first.parentSessionUserId ?? second.parentSessionUserId,
    participantUuid: first.participantUuid ?? second.participantUuid,
    registrantId: first.registrantId ?? second.registrantId,
    zoomUserId: first.zoomUserId ?? second.zoomUserId,
    userName: first.userName ?? second.userName,
    userEmail: first.userEmail ?? second.userEmail,
    joinTime: first.joinTime ?? second.joinTime,
    leaveTime: first.leaveTime ?? second.leaveTime,
  };
}

export interface PassOfClass {
  readonly id: number;
  readonly guestId: number | null;
  readonly email: string;
  readonly registrantId: string | null;
}

export interface PersonMatch {
  readonly passId: number | null;
  readonly role: 'host' | 'participant' | 'guest';
  readonly matchedBy: 'registrant' | 'host' | 'email' | 'none';
}

/**
 * Ties a stay to a person: by the registrant whose link was used, then as the host, then by an address that Zoom vouches
 * for. A name is never an identity: who is left is for a person to decide.
 *
 * @param hostZoomUserIds the Zoom ids by which the host may appear
 */
export function matchPerson(
  segment: Pick<Segment, 'registrantId' | 'zoomUserId' | 'userEmail'>,
  passes: readonly PassOfClass[],
  hostZoomUserIds: readonly string[],
): PersonMatch {
  const { registrantId, zoomUserId, userEmail } = segment;
  const registrant = registrantId ? passes.find((pass) => pass.registrantId === registrantId) : undefined;
  if (registrant) return { passId: registrant.id, role: roleOf(registrant), matchedBy: 'registrant' };
  if (zoomUserId && hostZoomUserIds.includes(zoomUserId)) return { passId: null, role: 'host', matchedBy: 'host' };
  const address = userEmail?.toLowerCase();
  const owner = address ? passes.find((pass) => pass.email.toLowerCase() === address) : undefined;
  if (owner) return { passId: owner.id, role: roleOf(owner), matchedBy: 'email' };
  return { passId: null, role: 'participant', matchedBy: 'none' };
}

function roleOf({ guestId }: PassOfClass): 'participant' | 'guest' {
  return guestId === null ? 'participant' : 'guest';
}
