/** What Zoom knows of somebody we cannot tie to a person. */
export interface StrangerIds {
  /** of the run of the meeting */
  readonly instanceId: number;
  /** Zoom's number for the stay */
  readonly zoomSessionUserId: string;
  /** of a stay in a breakout room, or by telephone: the stay in the meeting that it belongs to */
  readonly parentSessionUserId: string | null;
  readonly zoomUserId: string | null;
  readonly participantUuid: string | null;
  readonly registrantId: string | null;
}

export interface Stranger<S extends StrangerIds> {
  /** the same whenever it is asked, whatever else becomes known of them */
  readonly keys: readonly string[];
  readonly stays: readonly S[];
}

/** The stays that are one stranger's, by whatever ids they share. A name is never an identity: two "iPhone" stay two. */
export function groupStrangers<S extends StrangerIds>(stays: readonly S[]): Stranger<S>[] {
  let groups: Stranger<S>[] = [];
  for (const stay of stays) {
    const own = { keys: identityKeys(stay), stays: [stay] };
    const same = groups.filter(({ keys }) => keys.some((key) => own.keys.includes(key)));
    const joined = [...same, own];
    const merged = { keys: mergeKeys(joined), stays: joined.flatMap((group) => group.stays) };
    groups = [...groups.filter((group) => !same.includes(group)), merged];
  }
  return groups;
}

/** The surest first, as somebody who is signed in at Zoom is the same on every device. */
const SURENESS = ['zoom', 'person', 'registrant', 'stay'];

function identityKeys(stay: StrangerIds): string[] {
  const { zoomUserId, participantUuid, registrantId, instanceId } = stay;
  const inMeeting = `${instanceId}:${stay.parentSessionUserId ?? stay.zoomSessionUserId}`;
  const keys = { zoom: zoomUserId, person: participantUuid, registrant: registrantId, stay: inMeeting };
  return Object.entries(keys).flatMap(([kind, value]) => (value === null ? [] : [`${kind}:${value}`]));
}

function mergeKeys(groups: readonly { readonly keys: readonly string[] }[]): string[] {
  const rank = (key: string) => SURENESS.indexOf(key.slice(0, key.indexOf(':')));
  const keys = new Set(groups.flatMap((group) => group.keys));
  return [...keys].sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1));
}
