import type { Deps } from '../deps';
import { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomNotFound } from '../zoom/errors';
import { confirmGone } from './confirmGone';
import { meetingRequest } from './meetingRequest';
import { describeZoomError, zoomTrouble } from './zoomTrouble';

/** Brings the meeting at Zoom up to the class as it is now. Repeating it does no harm. */
export async function updateMeeting(
  deps: Deps,
  { classDateId, now }: { classDateId: number; now: Date },
): Promise<void> {
  const meeting = await ZoomMeeting.findOne({ where: { classDateId, isCurrent: true, state: 'created' } });
  const classDate = await ClassDate.findByPk(classDateId);
  if (!meeting?.meetingId || !classDate || meeting.syncedVersion >= classDate.version) return;
  try {
    await deps.zoom.updateMeeting(meeting.teacherId, meeting.meetingId, meetingRequest(classDate, meeting));
    await meeting.update({
      syncedVersion: classDate.version,
      startTime: classDate.startsAt,
      duration: classDate.durationMinutes,
      timezone: classDate.timeZone,
      attempts: 0,
      nextAttemptAt: null,
      lastError: null,
    });
  } catch (error) {
    if (error instanceof ZoomNotFound && (await confirmGone(deps, meeting))) return;
    const attempts = meeting.attempts + 1;
    const trouble = await zoomTrouble(deps, error, { teacherId: meeting.teacherId, attempts, now });
    const nextAttemptAt = trouble.nextAttemptAt ?? new Date(now.getTime() + 60_000);
    await meeting.update({ attempts, nextAttemptAt, lastError: describeZoomError(error) });
  }
}
