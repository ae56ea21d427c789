import { Op, type Transaction } from 'sequelize';
import { classTimes } from '../domain/classTimes';
import { runsOfClass } from '../domain/meetingRuns';
import type { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomMeetingInstance } from '../models/ZoomMeetingInstance';

/**
 * The runs of a class's meetings, and those meetings. A class that was held and takes place once more, at another time,
 * starts anew: what was at its former time is no part of it, and what is in its room long after it is not either.
 */
export async function findRuns(
  classDate: ClassDate,
  transaction: Transaction | null,
): Promise<{ meetings: ZoomMeeting[]; runs: ZoomMeetingInstance[] }> {
  const times = classTimes(classDate);
  const all = await ZoomMeeting.findAll({ where: { classDateId: classDate.id }, transaction });
  const where = { zoomMeetingId: { [Op.in]: all.map(({ id }) => id) } };
  const known = await ZoomMeetingInstance.findAll({ where, transaction });
  const runs = all.flatMap((meeting) => {
    const own = known.filter(({ zoomMeetingId }) => zoomMeetingId === meeting.id);
    return runsOfClass(own, meeting, times);
  });
  const withRuns = new Set(runs.map(({ zoomMeetingId }) => zoomMeetingId));
  const isOfNow = ({ id, startTime }: ZoomMeeting) =>
    withRuns.has(id) || startTime.getTime() === classDate.startsAt.getTime();
  return { meetings: all.filter(isOfNow), runs };
}
