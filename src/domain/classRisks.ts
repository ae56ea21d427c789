/** What can keep a class from being held, the worst first. */
export const RISK_KINDS = [
  /** the teacher was disabled: nobody can start it */
  'teacher_disabled',
  /** the teacher's Zoom is not connected; they are told by the incident, once for all their classes */
  'connection',
  /** Zoom says that the teacher's user is not active */
  'zoom_user',
  /** the class is open, and Zoom makes no room for it: it refuses, or its daily limit is used up */
  'no_room',
  /** the consent lacks permissions that a class needs */
  'scopes',
  /** the room at Zoom is not as the class is: somebody changed it there */
  'meeting_changed',
  /** the host's meetings of that day of UTC are more than Zoom lets be made and changed */
  'quota',
  /** the host has another class at the same time */
  'clash',
  /** the host's class before still runs past its end */
  'overrun',
  /** longer than Zoom lets an unlicensed host's meeting run */
  'licence_length',
  /** more people than the host's plan lets in */
  'capacity',
  /** people whose address is none, or bounced before */
  'addresses',
] as const;
export type RiskKind = (typeof RISK_KINDS)[number];

/** What only Zoom's answer tells. */
export const ASKED_OF_ZOOM: readonly RiskKind[] = ['zoom_user', 'capacity'];
/** These have a finder of their own; the others are found and cleared by a rehearsal. */
const FOUND_OTHERWISE: readonly RiskKind[] = ['no_room', 'meeting_changed', 'overrun'];
export const REHEARSED: readonly RiskKind[] = RISK_KINDS.filter((kind) => !FOUND_OTHERWISE.includes(kind));

/** What rests on who the host is, and not on the people of the class. */
export const OF_HOST: readonly RiskKind[] = RISK_KINDS.filter((kind) => kind !== 'addresses');

export interface Finding {
  readonly kind: RiskKind;
  /** numbers, ids and words of Zoom; nobody's name or address */
  readonly detail: string | null;
}

const OF_ADMINS: readonly RiskKind[] = ['teacher_disabled', 'scopes', 'quota', 'addresses'];

export type Mender = 'teacher' | 'admin' | 'either';

/** Who can mend it, and is told of it. */
export function menderOf(kind: RiskKind): Mender {
  // The host may have their account put in order, an admin finds another host: whoever is there first.
  if (kind === 'no_room') return 'either';
  return OF_ADMINS.includes(kind) ? 'admin' : 'teacher';
}

export function canMend(who: 'teacher' | 'admin', kind: RiskKind): boolean {
  return [who, 'either'].includes(menderOf(kind));
}

export function worstFirst(one: { readonly kind: RiskKind }, other: { readonly kind: RiskKind }): number {
  return RISK_KINDS.indexOf(one.kind) - RISK_KINDS.indexOf(other.kind);
}
