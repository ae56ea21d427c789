import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { addMinutes } from '../domain/clock';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { dueBy } from '../queries/dueBy';
import { ZoomNotFound } from '../zoom/errors';
import { THE_SYSTEM, writeAudit } from './writeAudit';
import { describeZoomError, zoomTrouble } from './zoomTrouble';

/** A meeting this long past its end cannot be joined by mistake any more; we stop asking Zoom to delete it. */
const GIVE_UP_AFTER_MINUTES = 24 * 60;
export const NOT_CONNECTED_WAIT_MINUTES = 10;

/** Deletes the class's former meetings at Zoom. "Not found" is success. */
export async function removeMeetings(
  deps: Deps,
  { classDateId, now }: { classDateId: number; now: Date },
): Promise<void> {
  const former = await ZoomMeeting.findAll({ where: { classDateId, state: 'deleting', ...dueBy(now) } });
  for (const meeting of former) await removeMeeting(deps, meeting, now);
}

async function removeMeeting(deps: Deps, meeting: ZoomMeeting, now: Date): Promise<void> {
  if (meeting.meetingId === null || isLongPast(meeting, now)) {
    await meeting.update({ state: 'gone', nextAttemptAt: null });
    return;
  }
  try {
    await deps.zoom.deleteMeeting(meeting.teacherId, meeting.meetingId);
  } catch (error) {
    if (!(error instanceof ZoomNotFound)) {
      await postpone(deps, meeting, error, now);
      return;
    }
  }
  await inTransaction(deps.db, async (transaction) => {
    // Not by its model, which would take a transaction that is done again for done.
    const deleted = { state: 'deleted', status: 'cancelled', nextAttemptAt: null, lastError: null } as const;
    await ZoomMeeting.update(deleted, { where: { id: meeting.id }, transaction });
    const entity = { type: 'zoom_meeting', id: meeting.id };
    await writeAudit(deps, THE_SYSTEM, { action: 'meeting_deleted', entity }, transaction);
  });
}

/** Whatever is at Zoom of it, nobody goes there by mistake any more. */
export function isLongPast({ startTime, duration }: ZoomMeeting, now: Date): boolean {
  return now > addMinutes(startTime, duration + GIVE_UP_AFTER_MINUTES);
}

async function postpone(deps: Deps, meeting: ZoomMeeting, error: unknown, now: Date): Promise<void> {
  const attempts = meeting.attempts + 1;
  const trouble = await zoomTrouble(deps, error, { teacherId: meeting.teacherId, attempts, now });
  const nextAttemptAt = trouble.nextAttemptAt ?? addMinutes(now, NOT_CONNECTED_WAIT_MINUTES);
  await meeting.update({ attempts, nextAttemptAt, lastError: describeZoomError(error) });
}
