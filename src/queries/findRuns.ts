import { Op, type Transaction } from 'sequelize';
import { classTimes } from '../domain/classTimes';
import { isOfFormerTime } from '../domain/meetingRuns';
import type { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomMeetingInstance } from '../models/ZoomMeetingInstance';

/**
 * The runs of a class's meetings, and those meetings. A class that was held and takes place once more, at another time,
 * starts anew: what was at its former time is no part of it.
 */
export async function findRuns(
  classDate: ClassDate,
  transaction: Transaction | null,
): Promise<{ meetings: ZoomMeeting[]; runs: ZoomMeetingInstance[] }> {
  const times = classTimes(classDate);
  const all = await ZoomMeeting.findAll({ where: { classDateId: classDate.id }, transaction });
  const madeFor = new Map(all.map(({ id, startTime }) => [id, startTime]));
  const where = { zoomMeetingId: { [Op.in]: [...madeFor.keys()] } };
  const runs = (await ZoomMeetingInstance.findAll({ where, transaction })).filter(
    (run) => !isOfFormerTime(run, madeFor.get(run.zoomMeetingId) ?? times.startsAt, times),
  );
  const withRuns = new Set(runs.map(({ zoomMeetingId }) => zoomMeetingId));
  const isOfNow = ({ id, startTime }: ZoomMeeting) =>
    withRuns.has(id) || startTime.getTime() === classDate.startsAt.getTime();
  return { meetings: all.filter(isOfNow), runs };
}
