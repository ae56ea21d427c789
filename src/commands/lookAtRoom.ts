import { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomNotFound } from '../zoom/errors';
import { confirmGone } from './confirmGone';
import { noteRoom } from './noteRoom';
import { waitForZoom } from './waitForZoom';
import { zoomTrouble } from './zoomTrouble';

/**
 * Shortly before the class, and when Zoom says that somebody changed it: is its room still there, and as it was made? One that is gone is followed by another behind
 * the same passes; one that was changed is flagged, and the teacher told.
 */
export async function lookAtRoom(deps: Deps, { classDateId, now }: { classDateId: number; now: Date }): Promise<void> {
  const meeting = await ZoomMeeting.findOne({ where: { classDateId, isCurrent: true, state: 'created' } });
  if (!meeting?.meetingId) return;
  // What is told from here on is for another look.
  const { changesTold: changesSeen, syncedVersion } = meeting;
  try {
    const room = await deps.zoom.getMeeting(meeting.teacherId, meeting.meetingId);
    await inTransaction(deps.db, async (transaction) => {
      const lock = Transaction.LOCK.UPDATE;
      const classDate = await ClassDate.findByPk(classDateId, { transaction, lock, rejectOnEmpty: true });
      await meeting.reload({ transaction });
      await classDate.update({ nextAttemptAt: null }, { transaction });
      // Brought up to the class while we looked: what we saw is of before.
      if (meeting.syncedVersion !== syncedVersion) return;
      await meeting.update({ seenAt: now }, { transaction });
      // It is there; how it is says nothing as long as it is to be brought up to the class.
      if (syncedVersion < classDate.version) return;
      await noteRoom(deps, { classDate, meeting, room, now }, transaction);
      await meeting.update({ changesSeen }, { transaction });
    });
  } catch (error) {
    if (error instanceof ZoomNotFound && (await confirmGone(deps, meeting))) return;
    const trouble = await zoomTrouble(deps, error, { teacherId: meeting.teacherId, attempts: 1, now });
    await waitForZoom(deps, meeting, trouble, now);
  }
}
