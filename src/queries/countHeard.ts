import type { Transaction } from 'sequelize';
import { ZoomMeetingInstance } from '../models/ZoomMeetingInstance';
import { ZoomParticipant } from '../models/ZoomParticipant';

/**
 * How many starts of a meeting, and comings of people into it, have been told. Where this has grown while Zoom was asked
 * whether it runs, an answer that it does not is older than what has been told.
 */
export async function countHeard(zoomMeetingId: number, transaction: Transaction | null = null): Promise<number> {
  const runs = await ZoomMeetingInstance.findAll({ where: { zoomMeetingId }, attributes: ['id'], transaction });
  const stays = await ZoomParticipant.count({ where: { instanceId: runs.map(({ id }) => id) }, transaction });
  return runs.length + stays;
}
