import { isLiveEarly, isToBegin } from '../domain/classStates';
import { ranAfter } from '../domain/meetingRuns';
import type { ClassDate } from '../models/ClassDate';
import { ZoomParticipant } from '../models/ZoomParticipant';
import { findRuns } from './findRuns';

/**
 * Whether a class that seems to have to begin has begun before, with its teacher, in a room that is lost since. "Ended" may
 * be told of that later than of its deletion, or never; that somebody came or went tells it as well.
 */
export async function ranInFormerRoom(classDate: ClassDate, now: Date): Promise<boolean> {
  const { startsAt, liveAt, closedAt, teacherId } = classDate;
  // Of most classes nothing else has to be read.
  if (liveAt === null || closedAt !== null || now < startsAt) return false;
  if (!isToBegin(classDate, startsAt) && !isLiveEarly(classDate, startsAt)) return false;
  const { meetings, runs } = await findRuns(classDate, null);
  const former = meetings.filter((meeting) => !meeting.isCurrent && meeting.teacherId === teacherId);
  const own = runs.filter(({ zoomMeetingId }) => former.some(({ id }) => id === zoomMeetingId));
  if (own.length === 0 || ranAfter(own, startsAt)) return own.length > 0;
  const stays = await ZoomParticipant.findAll({ where: { instanceId: own.map(({ id }) => id) } });
  return ranAfter(
    stays.map(({ joinTime, leaveTime }) => ({ startedAt: joinTime, endedAt: leaveTime })),
    startsAt,
  );
}
