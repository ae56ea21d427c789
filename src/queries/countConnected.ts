import { ClassDate } from '../models/ClassDate';
import { ZoomConnection } from '../models/ZoomConnection';
import { readyOr } from './inStates';

/** How many teachers are connected, and how many of their classes are being prepared, open or under way. */
export async function countConnected(): Promise<{ connected: number; openClasses: number }> {
  const connections = await ZoomConnection.findAll({ where: { state: 'connected' }, attributes: ['userId'] });
  const teacherId = connections.map(({ userId }) => userId);
  const openClasses = await ClassDate.count({ where: { teacherId, ...readyOr('preparing', 'live') } });
  return { connected: connections.length, openClasses };
}
