import { Op, type Transaction } from 'sequelize';
import type { ClassDate } from '../models/ClassDate';
import { ZoomMeetingInstance } from '../models/ZoomMeetingInstance';
import { ZoomParticipant } from '../models/ZoomParticipant';

/**
 * Whether a class has been live since before its start and nobody is known to be in its room: that was a try of the room,
 * perhaps, of whose end nobody told.
 */
export async function seemsEmpty(
  { state, liveAt, startsAt }: Pick<ClassDate, 'state' | 'liveAt' | 'startsAt'>,
  zoomMeetingId: number,
  transaction: Transaction | null = null,
): Promise<boolean> {
  if (state !== 'live' || liveAt === null || liveAt >= startsAt) return false;
  const runs = await ZoomMeetingInstance.findAll({ where: { zoomMeetingId, endedAt: null }, transaction });
  const open = { instanceId: runs.map(({ id }) => id), joinTime: { [Op.ne]: null }, leaveTime: null };
  return (await ZoomParticipant.count({ where: open, transaction })) === 0;
}
