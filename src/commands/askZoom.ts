import { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { isToBegin } from '../domain/classStates';
import { nextClassState } from '../domain/transitions';
import { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomNotFound } from '../zoom/errors';
import { confirmGone } from './confirmGone';
import { noteOutcome, noteStateChange } from './noteOutcome';
import { waitForZoom } from './waitForZoom';
import { zoomTrouble } from './zoomTrouble';

/**
 * The class should have started and nothing was heard: asks Zoom. If it does run, the word was lost and is made good;
 * if not, the class is marked as watched, and the teacher gets a mail.
 */
export async function askZoom(deps: Deps, { classDateId, now }: { classDateId: number; now: Date }): Promise<void> {
  const meeting = await ZoomMeeting.findOne({ where: { classDateId, isCurrent: true, state: 'created' } });
  if (!meeting?.meetingId) return;
  try {
    const { status } = await deps.zoom.getMeeting(meeting.teacherId, meeting.meetingId);
    await noteWatched(deps, classDateId, status === 'started', now);
  } catch (error) {
    if (error instanceof ZoomNotFound && (await confirmGone(deps, meeting))) return;
    const trouble = await zoomTrouble(deps, error, { teacherId: meeting.teacherId, attempts: 1, now });
    await waitForZoom(deps, meeting, trouble, now);
  }
}

async function noteWatched(deps: Deps, classDateId: number, started: boolean, now: Date): Promise<void> {
  await inTransaction(deps.db, async (transaction) => {
    const classDate = await ClassDate.findByPk(classDateId, {
      transaction,
      lock: Transaction.LOCK.UPDATE,
      rejectOnEmpty: true,
    });
    if (!isToBegin(classDate, classDate.startsAt)) return;
    const changes = started
      ? {
          state: nextClassState(classDate.state, 'meeting_started'),
          liveAt: classDate.liveAt ?? now,
          stateReason: null,
        }
      : { watchedAt: now, stateReason: 'not_started' as const };
    const former = classDate.state;
    await classDate.update({ ...changes, nextAttemptAt: null }, { transaction });
    if (started) await noteStateChange(classDate, former, transaction);
    else await noteOutcome(classDate, 'class.teacher_absent', transaction);
  });
}
