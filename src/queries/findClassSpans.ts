import { Op } from 'sequelize';
import { OVER_STATES } from '../domain/classStates';
import { addMinutes } from '../domain/clock';
import type { RefreshFacts } from '../domain/refreshTimes';
import { ClassDate } from '../models/ClassDate';

/** Longer than any class. */
const LONGEST_MINUTES = 24 * 60;
const AHEAD_MINUTES = 2 * 24 * 60;

/** A teacher's classes of the next two days that are not over, as spans of time. */
export async function findClassSpans(teacherId: number, now: Date): Promise<RefreshFacts['classes']> {
  const classDates = await ClassDate.findAll({
    where: {
      teacherId,
      state: { [Op.notIn]: OVER_STATES },
      startsAt: { [Op.between]: [addMinutes(now, -LONGEST_MINUTES), addMinutes(now, AHEAD_MINUTES)] },
    },
    attributes: ['startsAt', 'durationMinutes'],
  });
  return classDates.map(({ startsAt, durationMinutes }) => ({
    startsAt,
    endsAt: addMinutes(startsAt, durationMinutes),
  }));
}
