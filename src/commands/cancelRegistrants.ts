import type { Deps } from '../deps';
import { addMinutes } from '../domain/clock';
import { DroppedRegistrant } from '../models/DroppedRegistrant';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { dueBy } from '../queries/dueBy';
import { ZoomNotFound, ZoomRefused } from '../zoom/errors';
import { describeZoomError, zoomTrouble } from './zoomTrouble';

const NOT_CONNECTED_WAIT_MINUTES = 10;

/**
 * Takes back at Zoom the links of people who were removed or corrected. One call each: Zoom answers for a list as a
 * whole. What Zoom does not know, or refuses for good, is done.
 */
export async function cancelRegistrants(
  deps: Deps,
  { classDateId, now }: { classDateId: number; now: Date },
): Promise<void> {
  const dropped = await DroppedRegistrant.findAll({ where: { classDateId, doneAt: null, ...dueBy(now) } });
  for (const registrant of dropped) await cancelOne(deps, registrant, now);
}

async function cancelOne(deps: Deps, dropped: DroppedRegistrant, now: Date): Promise<void> {
  const meeting = await ZoomMeeting.findByPk(dropped.zoomMeetingId, { rejectOnEmpty: true });
  if (meeting.meetingId === null || meeting.state !== 'created' || (await isAliveAgain(dropped))) {
    await dropped.update({ doneAt: now });
    return;
  }
  try {
    await deps.zoom.cancelRegistrant(meeting.teacherId, meeting.meetingId, dropped.registrantId);
    await dropped.update({ doneAt: now, nextAttemptAt: null, lastError: null });
  } catch (error) {
    const lastError = describeZoomError(error);
    if (error instanceof ZoomNotFound || error instanceof ZoomRefused) {
      await dropped.update({ doneAt: now, nextAttemptAt: null, lastError });
      return;
    }
    const attempts = dropped.attempts + 1;
    const trouble = await zoomTrouble(deps, error, { teacherId: meeting.teacherId, attempts, now });
    const nextAttemptAt = trouble.nextAttemptAt ?? addMinutes(now, NOT_CONNECTED_WAIT_MINUTES);
    await dropped.update({ attempts, nextAttemptAt, lastError });
  }
}

/** Zoom registers an address once: whoever comes back with it may have the same registrant again. */
async function isAliveAgain({ classDateId, registrantId }: DroppedRegistrant): Promise<boolean> {
  return (await ZoomSecureToken.count({ where: { classDateId, registrantId, revokedAt: null } })) > 0;
}
