import { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { ClassDate } from '../models/ClassDate';
import type { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomNotFound } from '../zoom/errors';
import { loseRoom } from './loseRoom';

/**
 * One 404 is not believed (Zoom has given false ones): a second look must say the same.
 *
 * @returns whether it is gone
 */
export async function confirmGone(deps: Deps, meeting: ZoomMeeting): Promise<boolean> {
  if (await stillThere(deps, meeting)) return false;
  await inTransaction(deps.db, async (transaction) => {
    const classDate = await ClassDate.findByPk(meeting.classDateId, {
      transaction,
      lock: Transaction.LOCK.UPDATE,
      rejectOnEmpty: true,
    });
    await loseRoom(deps, classDate, meeting, transaction);
  });
  return true;
}

async function stillThere(deps: Deps, { teacherId, meetingId }: ZoomMeeting): Promise<boolean> {
  if (meetingId === null) return false;
  try {
    await deps.zoom.getMeeting(teacherId, meetingId);
    return true;
  } catch (error) {
    if (error instanceof ZoomNotFound) return false;
    throw error;
  }
}
