import { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { classTimes } from '../domain/classTimes';
import { addMinutes } from '../domain/clock';
import { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { deliverOutbox } from '../temporal/outbox';
import { isStillRunning } from './isStillRunning';
import { waitForZoom } from './waitForZoom';
import { warnOfOverrun } from './warnOfOverrun';
import { zoomTrouble } from './zoomTrouble';

/** That it has ended is told soon, unless that word is lost; then Zoom is asked again. */
const LOOK_AGAIN_MINUTES = 2;

/**
 * A class is live past its end, within its grace, and its host's next one is about to begin or should have: if Zoom says that
 * it does run, and no word was lost, the next one is at risk now, not only when the grace is over.
 */
export async function lookAtOverrun(
  deps: Deps,
  { classDateId, now }: { classDateId: number; now: Date },
): Promise<void> {
  const classDate = await ClassDate.findByPk(classDateId, { rejectOnEmpty: true });
  const meeting = await ZoomMeeting.findOne({ where: { classDateId, isCurrent: true, state: 'created' } });
  if (!meeting?.meetingId) return;
  const { teacherId, meetingId, marker, hostHash } = meeting;
  try {
    const runs = await isStillRunning(deps, { teacherId, meetingId, marker, hostHash }, classDate, now);
    if (runs) await deliverOutbox(deps, ...(await warn(deps, classDateId, now)));
    else await waitForZoom(deps, meeting, { nextAttemptAt: addMinutes(now, LOOK_AGAIN_MINUTES) }, now);
  } catch (error) {
    const trouble = await zoomTrouble(deps, error, { teacherId, attempts: 1, now });
    await waitForZoom(deps, meeting, trouble, now);
  }
}

/** @returns the outbox rows to deliver after the commit */
function warn(deps: Deps, classDateId: number, now: Date): Promise<number[]> {
  return inTransaction(deps.db, async (transaction) => {
    const lock = Transaction.LOCK.UPDATE;
    const classDate = await ClassDate.findByPk(classDateId, { transaction, lock, rejectOnEmpty: true });
    // While Zoom was asked it ended, or was made longer.
    if (classDate.state !== 'live' || now < classTimes(classDate).endsAt) return [];
    return warnOfOverrun(deps, classDate, now, transaction);
  });
}
