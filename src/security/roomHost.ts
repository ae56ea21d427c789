import { createHash } from 'node:crypto';

/**
 * Who a room's host is at Zoom, as it is kept with the room: whoever has Zoom's id of a user can tell whether it was them, and
 * nobody else learns it. What Zoom told us of an account goes when its owner removes our app; this may stay.
 *
 * @param marker of the room
 */
export function hashHost(marker: string, zoomUserId: string): string {
  return createHash('sha256').update(`host|${marker}|${zoomUserId}`).digest('hex');
}

/** Whether a room is known to be in the Zoom account of somebody else, where this user can neither start nor remove it. */
export function isElsewhere(
  { marker, hostHash }: { readonly marker: string; readonly hostHash: string | null },
  zoomUserId: string | null,
): boolean {
  return hostHash !== null && zoomUserId !== null && hostHash !== hashHost(marker, zoomUserId);
}
