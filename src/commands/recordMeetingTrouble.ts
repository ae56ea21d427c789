import { Op } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { addMinutes } from '../domain/clock';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomUnknownOutcome } from '../zoom/errors';
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
  await saveTrouble(deps, meeting, trouble, lastError);
}

async function saveTrouble(deps: Deps, meeting: ZoomMeeting, trouble: ZoomTrouble, lastError: string): Promise<void> {
  const state = trouble.reason === 'zoom_refused' ? 'failed' : 'planned';
  await inTransaction(deps.db, async (transaction) => {
    await ZoomMeeting.update(
      { state, nextAttemptAt: trouble.nextAttemptAt, lastError },
      { where: { id: meeting.id, state: 'creating' }, transaction },
    );
    const where = { id: meeting.classDateId, state: { [Op.in]: ['scheduled', 'preparing'] } };
    await setRisk(where, trouble.reason, transaction);
  });
}
