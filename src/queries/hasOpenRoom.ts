import { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { inOrLeft } from './inStates';

/** Whether a class of this teacher whose doors are not closed has its room in the teacher's Zoom account. */
export async function hasOpenRoom(teacherId: number): Promise<boolean> {
  const rooms = await ZoomMeeting.findAll({
    where: { teacherId, isCurrent: true, state: ['creating', 'unknown', 'created'] },
    attributes: ['classDateId'],
  });
  const classDateIds = rooms.map(({ classDateId }) => classDateId);
  const where = { id: classDateIds, ...inOrLeft('preparing', 'ready', 'live') };
  return classDateIds.length > 0 && (await ClassDate.count({ where })) > 0;
}
