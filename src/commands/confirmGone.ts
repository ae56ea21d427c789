import { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { ClassDate } from '../models/ClassDate';
import type { ZoomMeeting } from '../models/ZoomMeeting';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';
import { ZoomNotFound } from '../zoom/errors';
import { loseRoom } from './loseRoom';

/**
 * One 404 is not believed (Zoom has given false ones): a second look must say the same.
 *
 * @param options.tell the class's workflow: whoever asks is not that
 * @returns whether it is gone
 */
export async function confirmGone(deps: Deps, meeting: ZoomMeeting, { tell = false } = {}): Promise<boolean> {
  if (await stillThere(deps, meeting)) return false;
  const outboxId = await inTransaction(deps.db, async (transaction) => {
    const { classDateId } = meeting;
    const lock = Transaction.LOCK.UPDATE;
    const classDate = await ClassDate.findByPk(classDateId, { transaction, lock, rejectOnEmpty: true });
    await meeting.reload({ transaction });
    // Somebody else may have found it gone before, or taken it out of service; the class has heard of that.
    const lost = meeting.isCurrent === true && (await loseRoom(deps, classDate, meeting, transaction));
    return lost && tell ? addToOutbox({ classDateId }, 'meeting deleted', transaction) : null;
  });
  if (outboxId !== null) await deliverOutbox(deps, outboxId);
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
