import { addMinutes } from '../domain/clock';
import { ClassDate } from '../models/ClassDate';

const SOON_MINUTES = 5;

/** Whether people may be at the door of a class already: it begins within five minutes, or has begun. */
export async function startsSoon(classDateId: number, now: Date): Promise<boolean> {
  const classDate = await ClassDate.findByPk(classDateId, { attributes: ['startsAt'] });
  return classDate !== null && classDate.startsAt <= addMinutes(now, SOON_MINUTES);
}
