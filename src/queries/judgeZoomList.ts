import { addMinutes } from '../domain/clock';
import type { ZoomMeetingInstance } from '../models/ZoomMeetingInstance';
import { ZoomParticipant } from '../models/ZoomParticipant';
import type { PastParticipant } from '../zoom/pastMeetings';

/** How far Zoom's list of a run goes: it is whole, lacks somebody who may still come into it, or is not worked through yet. */
export type ListState = 'finished' | 'incomplete' | 'unfinished';

/** Whom the list does not name so long after the run, it never names. */
const WHOLE_AFTER_MINUTES = 6 * 60;

/**
 * Rows come when Zoom has got to them, and not all at once.
 *
 * @param rows saved already, so that what else is known of the run was told by webhooks
 */
export async function judgeZoomList(
  { id: instanceId, endedAt }: ZoomMeetingInstance,
  rows: readonly PastParticipant[],
  now: Date,
): Promise<ListState> {
  const stays = await ZoomParticipant.findAll({ where: { instanceId } });
  const isWholeByNow = endedAt !== null && now >= addMinutes(endedAt, WHOLE_AFTER_MINUTES);
  // A list without rows is right where one person was alone; where no message told of anybody, they may all come yet.
  if (rows.length === 0) return isOnePerson(stays) || (stays.length === 0 && isWholeByNow) ? 'finished' : 'unfinished';
  if (!isWorkedThrough(rows)) return 'unfinished';
  if (isWholeByNow) return 'finished';
  // And so one with a single row is not whole.
  return rows.length === 1 || lacksStay(rows, stays) ? 'incomplete' : 'finished';
}

/** However often they came: with two devices, or again after their line had dropped. */
function isOnePerson([first, ...others]: readonly ZoomParticipant[]): boolean {
  return first !== undefined && others.every((other) => isSame(first, other));
}

function isSame(one: ZoomParticipant, other: ZoomParticipant): boolean {
  if (one.role === 'host' && other.role === 'host') return true;
  return (['zoomUserId', 'participantUuid'] as const).some((id) => one[id] !== null && one[id] === other[id]);
}

/** Durations are 0 until Zoom has worked a meeting through; afterwards, of those who left within the second. */
export function isWorkedThrough(rows: readonly PastParticipant[]): boolean {
  const unfinished = rows.filter(({ seconds, leaveTime }) => seconds === 0 || (seconds === null && !leaveTime));
  return unfinished.length < rows.length && unfinished.every(({ leaveTime }) => leaveTime === null);
}

/**
 * Whether a webhook told of a stay that has no row. One in a breakout room has none of its own; a row without Zoom's
 * number may be any of them.
 */
function lacksStay(rows: readonly PastParticipant[], stays: readonly ZoomParticipant[]): boolean {
  const listed = new Set(rows.map(({ sessionUserId }) => sessionUserId));
  const unlisted = stays.filter(
    ({ source, parentSessionUserId, zoomSessionUserId }) =>
      source !== 'zoom_list' && parentSessionUserId === null && !listed.has(zoomSessionUserId),
  );
  return unlisted.length > rows.filter(({ sessionUserId }) => sessionUserId === null).length;
}
