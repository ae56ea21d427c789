import { ZoomConnection } from '../models/ZoomConnection';

/** Whether a teacher's Zoom account can be used, as far as is known. */
export async function isConnected(userId: number): Promise<boolean> {
  return (await ZoomConnection.count({ where: { userId, state: 'connected' } })) > 0;
}
