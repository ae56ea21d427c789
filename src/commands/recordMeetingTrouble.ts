import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { addMinutes } from '../domain/clock';
import { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomUnknownOutcome } from '../zoom/errors';
import { noteNoRoom } from './noteNoRoom';
import { setRisk } from './setRisk';
import { describeZoomError, zoomTrouble, type ZoomTrouble } from './zoomTrouble';

/** The first look for a meeting whose making got no answer. */
const FIRST_LOOK_MINUTES = 2 / 60;

/**
 * Notes why a meeting could not be made, so that the next look knows what to do. Only a definite refusal lets the
 * attempt be repeated; without a definite answer it is `unknown`.
 *
 * @throws the error itself when it is not Zoom's; the attempt then stays `creating` and is resolved like an unknown one
 */
export async function recordMeetingTrouble(deps: Deps, meetingRowId: number, error: unknown, now: Date): Promise<void> {
  const meeting = await ZoomMeeting.findByPk(meetingRowId, { rejectOnEmpty: true });
  const lastError = describeZoomError(error);
  deps.logger.warn({ classDateId: meeting.classDateId, reason: lastError }, 'meeting could not be made');
  if (error instanceof ZoomUnknownOutcome) {
    await ZoomMeeting.update(
      { state: 'unknown', unknownSince: now, nextAttemptAt: addMinutes(now, FIRST_LOOK_MINUTES), lastError },
      { where: { id: meetingRowId, state: 'creating' } },
    );
    return;
  }
  const trouble = await zoomTrouble(deps, error, { teacherId: meeting.teacherId, attempts: meeting.attempts, now });
  await saveTrouble(deps, meeting, { ...trouble, lastError }, now);
}

async function saveTrouble(
  deps: Deps,
  meeting: ZoomMeeting,
  { reason, nextAttemptAt, lastError }: ZoomTrouble & { readonly lastError: string },
  now: Date,
): Promise<void> {
  const state = reason === 'zoom_refused' ? 'failed' : 'planned';
  await inTransaction(deps.db, async (transaction) => {
    await ZoomMeeting.update(
      { state, nextAttemptAt, lastError },
      { where: { id: meeting.id, state: 'creating' }, transaction },
    );
    const { classDateId: id, teacherId } = meeting;
    // Put off, cancelled or another teacher's by now, it is none of the class's any more.
    const where = { id, teacherId, state: 'preparing' };
    const classDate = await ClassDate.findOne({ where, lock: true, transaction });
    if (!classDate) return;
    if (reason === 'zoom_refused') await noteNoRoom(deps, classDate, { refusal: lastError, now }, transaction);
    else if (reason === 'zoom_daily_limit') await noteNoRoom(deps, classDate, { refusal: null, now }, transaction);
    else await setRisk({ id }, reason, transaction);
  });
}
