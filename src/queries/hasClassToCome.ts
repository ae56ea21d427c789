import { ClassDate } from '../models/ClassDate';
import { COMING } from './inStates';

/** Whether a teacher has a class that needs their Zoom account, on whatever day: one that markRisk may warn of is among these. */
export async function hasClassToCome(teacherId: number): Promise<boolean> {
  return (await ClassDate.count({ where: { teacherId, ...COMING } })) > 0;
}
