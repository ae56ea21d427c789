import { addMinutes } from '../domain/clock';
import { nextRefreshAt } from '../domain/refreshTimes';
import type { ConnectionState, ZoomConnection } from '../models/ZoomConnection';
import type { DependentClasses } from '../queries/listDependentClasses';
import { paths } from '../routes/paths';
import { describeScopes } from '../zoom/scopes';
import { presentClassRow } from './classDate';
import { formatInstant } from './classTime';
import { lossInWords } from './connectionTrouble';

/** What a program may know of a connection. */
export interface ConnectionStatus {
  readonly state: ConnectionState;
  readonly words: string;
  readonly nextStep: { readonly words: string; readonly href: string } | null;
}

/** Where a connection stands and what to do about it. */
export function presentZoomStatus(connection: ZoomConnection | null): ConnectionStatus {
  const state = connection?.state ?? 'disconnected';
  if (state === 'connected') {
    const lacking = scopesOf(connection).some(({ granted }) => !granted);
    if (!lacking) return { state, words: 'Your classes get their rooms in your Zoom account.', nextStep: null };
    const words = 'Zoom did not give us every permission a class needs, so some things will not work.';
    return { state, words, nextStep: { words: 'Connect again', href: paths.zoomConnect } };
  }
  const nextStep = { words: 'Connect Zoom', href: paths.zoomConnect };
  if (state === 'needs_reconnect') {
    const words = `${lossInWords(connection?.stateReason ?? null)} Your classes cannot open until you connect again.`;
    return { state, words, nextStep };
  }
  const words =
    'Zoom is not connected. Your classes get their rooms in your own Zoom account, so they cannot open before you connect it.';
  return { state, words, nextStep };
}

/** The teacher's Zoom page. */
export function presentZoomPage(
  connection: ZoomConnection | null,
  classes: DependentClasses,
  { now, zone }: { readonly now: Date; readonly zone: string },
) {
  const status = presentZoomStatus(connection);
  return {
    ...status,
    tag: TAGS[status.state],
    known: status.state !== 'disconnected',
    account: connection?.zoomEmail ? presentAccount(connection) : null,
    renewals: connection?.state === 'connected' ? presentRenewals(connection, classes, { now, zone }) : null,
    basic: connection?.state === 'connected' && !connection.licensed,
    scopes: presentScopes(connection),
    ...presentDependentClasses(classes, zone),
  };
}

/** The page that asks whether to disconnect. */
export function presentDisconnect(
  { zoomName, zoomEmail }: ZoomConnection,
  classes: DependentClasses,
  { roomIsOpen, zone }: { readonly roomIsOpen: boolean; readonly zone: string },
) {
  return { name: zoomName, email: zoomEmail, roomIsOpen, ...presentDependentClasses(classes, zone) };
}

const TAGS: Readonly<Record<ConnectionState, { words: string; tone: 'good' | 'bad' | 'plain' }>> = {
  connected: { words: 'Connected', tone: 'good' },
  needs_reconnect: { words: 'Connect again', tone: 'bad' },
  disconnected: { words: 'Not connected', tone: 'plain' },
};

/** Of a consent that is no good any more, what was allowed says nothing; what was not may be why. */
function presentScopes(connection: ZoomConnection | null) {
  const scopes = connection?.scopes ? scopesOf(connection) : [];
  return connection?.state === 'connected' || scopes.some(({ granted }) => !granted) ? scopes : [];
}

function presentAccount({ zoomName, zoomEmail, licensed }: ZoomConnection) {
  return { name: zoomName, email: zoomEmail, licensed };
}

function presentRenewals(
  { connectedAt, refreshedAt, tokenExpiresAt }: ZoomConnection,
  classes: DependentClasses,
  { now, zone }: { readonly now: Date; readonly zone: string },
) {
  const instant = (at: Date | null) => (at ? formatInstant(at, zone) : null);
  const due =
    refreshedAt && tokenExpiresAt
      ? nextRefreshAt({ refreshedAt, tokenExpiresAt, classes: timesOf(classes) }, now)
      : null;
  return {
    connectedAt: instant(connectedAt),
    refreshedAt: instant(refreshedAt),
    nextRefreshAt: due && due <= now ? 'Now' : instant(due),
  };
}

function presentDependentClasses({ soon, later }: DependentClasses, zone: string) {
  const rows = soon.map((row) => ({ ...presentClassRow(row, zone), href: paths.startMeeting(row.classDate.id) }));
  return { rows, later, laterIsOne: later === 1 };
}

function scopesOf(connection: ZoomConnection | null) {
  return describeScopes((connection?.scopes ?? '').split(' '));
}

function timesOf({ soon }: DependentClasses) {
  return soon.map(({ classDate: { startsAt, durationMinutes } }) => ({
    startsAt,
    endsAt: addMinutes(startsAt, durationMinutes),
  }));
}
