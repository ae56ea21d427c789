import { Op } from 'sequelize';
import { secondsOf } from '../domain/intervals';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomWait } from '../models/ZoomWait';

/**
 * How many seconds people spent in the waiting room, by pass id. A wait whose beginning or end is not known counts
 * nothing; while the class is open, it lasts until now.
 *
 * @param openUntil null once the class has closed
 */
export async function findWaits(classDateId: number, openUntil: Date | null): Promise<Map<number, number>> {
  const meetings = await ZoomMeeting.findAll({ where: { classDateId }, attributes: ['id'] });
  const waits = await ZoomWait.findAll({
    where: { zoomMeetingId: { [Op.in]: meetings.map(({ id }) => id) }, passId: { [Op.not]: null } },
  });
  const spans = new Map<number, { from: number; to: number }[]>();
  for (const { passId, beganAt, endedAt } of waits) {
    const to = endedAt ?? openUntil;
    if (passId === null || beganAt === null || to === null) continue;
    spans.set(passId, [...(spans.get(passId) ?? []), { from: beganAt.getTime(), to: to.getTime() }]);
  }
  return new Map([...spans].map(([passId, some]) => [passId, secondsOf(some)]));
}
