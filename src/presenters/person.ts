import { isUsable } from '../domain/accountLinks';
import type { User } from '../models/User';
import type { ZoomConnection } from '../models/ZoomConnection';
import type { PersonPage } from '../queries/findPerson';
import { personState, type PersonState } from '../queries/findPeople';
import { paths } from '../routes/paths';
import { presentClassRow } from './classDate';
import { formatInstant } from './classTime';
import { deliveriesWith } from './delivery';

const TONES: Readonly<Record<PersonState, string>> = { enabled: 'plain', invited: 'plain', disabled: 'bad' };

/** A person in a list. */
export function presentPerson(user: User) {
  const { id, fullName, email, role, timeZone } = user;
  const state = personState(user);
  return { id, fullName, email, role, timeZone, state, tone: TONES[state], href: paths.person(id) };
}

/** A person on a page of their own. */
export function presentPersonPage(page: PersonPage, zone: string, now: Date) {
  const { user, connection, coming, comingCount } = page;
  const { role, disabledAt, customer, externalId } = user;
  return {
    ...presentPerson(user),
    isTeacher: role === 'teacher',
    disabledAt: disabledAt && formatInstant(disabledAt, zone),
    ...presentAccount(page, zone, now),
    refusedEdits: page.hasRefusedEdit,
    disable: disabledAt ? null : paths.personDisabling(user.id),
    enable: disabledAt ? paths.personEnabling(user.id) : null,
    zoom: role === 'teacher' ? zoomWords(connection, disabledAt !== null) : null,
    marketplace: customer === null ? null : `${customer}, which calls them ${externalId}`,
    mails: deliveriesWith({ to: `user:${user.id}` }),
    rows: coming.map((row) => ({ ...presentClassRow(row, zone), href: paths.classDate(row.classDate.id) })),
    comingCount,
    more: comingCount - coming.length,
  };
}

/** Students have none: they join by their links. */
function presentAccount({ user, invitation }: PersonPage, zone: string, now: Date) {
  if (user.role === 'student') return { signIn: null, invitedUntil: null, invite: null };
  const good = invitation && isUsable(invitation, now) ? invitation : null;
  return {
    signIn: signInWords(user.passwordHash !== null, good !== null),
    invitedUntil: good && formatInstant(good.expiresAt, zone),
    invite: personState(user) === 'invited' ? paths.personInvitation(user.id) : null,
  };
}

function signInWords(hasPassword: boolean, isInvited: boolean): string {
  if (hasPassword) return 'With a password';
  return isInvited ? 'Invited; no password chosen yet' : 'Not yet: no password, and no invitation that is still good';
}

function zoomWords(connection: ZoomConnection | null, isDisabled: boolean): string {
  const state = connection?.state ?? 'disconnected';
  const words = { connected: 'Connected', needs_reconnect: 'Must be connected again', disconnected: 'Not connected' };
  const account = connection?.zoomEmail ? ` as ${connection.zoomEmail}` : '';
  // It stays: rooms that are made are theirs, and they may be let in again.
  const kept = isDisabled && state === 'connected' ? '. It is kept and renewed while they are disabled' : '';
  return `${words[state]}${account}${kept}`;
}

/** What disabling somebody does, before it is done. */
export function disablingInWords({ user, comingCount }: Pick<PersonPage, 'user' | 'comingCount'>): string[] {
  const classes = `${comingCount} coming ${comingCount === 1 ? 'class' : 'classes'}`;
  const signedOut = 'Every browser they are signed in with is signed out at once, and they cannot sign in.';
  const nothingMailed = 'Nothing is mailed to them.';
  if (user.role === 'student') {
    return [`Their join links for ${classes} stop working at once.`, nothingMailed, 'What they bought stays theirs.'];
  }
  if (user.role === 'admin') return [signedOut, nothingMailed];
  return [
    signedOut,
    nothingMailed,
    comingCount === 1
      ? `${classes} stays theirs and is at risk: give it to somebody else.`
      : `${classes} stay theirs and are at risk: give them to somebody else.`,
    'The room of a class that is open stays open: in Zoom itself they are the host until it is given to somebody else.',
    'Their Zoom connection is kept, so that all goes on if they are enabled again.',
  ];
}
