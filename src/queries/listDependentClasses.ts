import { Op } from 'sequelize';
import { addMinutes } from '../domain/clock';
import { ClassDate } from '../models/ClassDate';
import { COMING } from './inStates';
import { withNames, type ClassRow } from './listClassDates';

const AHEAD_MINUTES = 14 * 24 * 60;
/** No class lasts longer; one that began before is over, or would be in one of those states for no good reason. */
const BACK_MINUTES = 24 * 60;

export interface DependentClasses {
  /** Those of the next 14 days and those that are on now, soonest first. */
  readonly soon: readonly ClassRow[];
  /** How many more there are after them. */
  readonly later: number;
}

/** The classes that cannot open, or not go on, without the teacher's Zoom account. */
export async function listDependentClasses(teacherId: number, now: Date): Promise<DependentClasses> {
  const horizon = addMinutes(now, AHEAD_MINUTES);
  const mine = { teacherId, ...COMING };
  const [soon, later] = await Promise.all([
    ClassDate.findAll({
      where: { ...mine, startsAt: { [Op.gt]: addMinutes(now, -BACK_MINUTES), [Op.lte]: horizon } },
      order: ['startsAt', 'id'],
    }),
    ClassDate.count({ where: { ...mine, startsAt: { [Op.gt]: horizon } } }),
  ]);
  return { soon: await withNames(soon), later };
}
