import { Op } from 'sequelize';
import { classTimes } from '../domain/classTimes';
import { intersection, secondsOf, type Interval } from '../domain/intervals';
import type { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomWait } from '../models/ZoomWait';

/**
 * How many seconds people spent in the waiting room, by pass id. A wait whose beginning or end is not known counts
 * nothing; while the class is open, it lasts until now. As of stays, what was before the doors opened, or after the class
 * could last at most, is of another time.
 *
 * @param openUntil null once the class has closed
 */
export async function findWaits(classDate: ClassDate, openUntil: Date | null): Promise<Map<number, number>> {
  const classDateId = classDate.id;
  const { opensAt, hardCapAt } = classTimes(classDate);
  const ofClass = [{ from: opensAt.getTime(), to: hardCapAt.getTime() }];
  const meetings = await ZoomMeeting.findAll({ where: { classDateId }, attributes: ['id'] });
  const waits = await ZoomWait.findAll({
    where: { zoomMeetingId: { [Op.in]: meetings.map(({ id }) => id) }, passId: { [Op.not]: null } },
  });
  const spans = new Map<number, Interval[]>();
  for (const { passId, beganAt, endedAt } of waits) {
    const to = endedAt ?? openUntil;
    if (passId === null || beganAt === null || to === null) continue;
    spans.set(passId, [...(spans.get(passId) ?? []), { from: beganAt.getTime(), to: to.getTime() }]);
  }
  return new Map([...spans].map(([passId, some]) => [passId, secondsOf(intersection(some, ofClass))]));
}
