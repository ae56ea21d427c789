import type { Deps } from '../deps';
import { BookOrder } from '../models/BookOrder';
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
  const { title: topic } = await BookOrder.findByPk(classDate.orderId, { rejectOnEmpty: true });
  try {
    // Zoom counts each update: one that would change nothing is spared.
    const asBefore = isAsBefore(meeting, classDate, topic);
    meeting.set({ topic, ...scheduleOf(classDate) });
    if (!asBefore)
      await deps.zoom.updateMeeting(meeting.teacherId, meeting.meetingId, meetingRequest(classDate, meeting));
    const synced = { syncedVersion: classDate.version, attempts: 0, nextAttemptAt: null, lastError: null };
    await meeting.update({ topic, ...scheduleOf(classDate), ...synced });
  } catch (error) {
    await meeting.reload();
    if (error instanceof ZoomNotFound && (await confirmGone(deps, meeting))) return;
    const attempts = meeting.attempts + 1;
    const trouble = await zoomTrouble(deps, error, { teacherId: meeting.teacherId, attempts, now });
    const nextAttemptAt = trouble.nextAttemptAt ?? new Date(now.getTime() + 60_000);
    await meeting.update({ attempts, nextAttemptAt, lastError: describeZoomError(error) });
  }
}

function scheduleOf({ startsAt, durationMinutes, timeZone }: ClassDate) {
  return { startTime: startsAt, duration: durationMinutes, timezone: timeZone };
}

function isAsBefore(meeting: ZoomMeeting, classDate: ClassDate, topic: string): boolean {
  return (
    meeting.lastError === null &&
    meeting.topic === topic &&
    meeting.startTime.getTime() === classDate.startsAt.getTime() &&
    meeting.duration === classDate.durationMinutes &&
    meeting.timezone === classDate.timeZone
  );
}
