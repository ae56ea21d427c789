import { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import { ZoomConnection } from '../models/ZoomConnection';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomNotFound } from '../zoom/errors';
import { confirmGone } from './confirmGone';
import { meetingRequest } from './meetingRequest';
import { saveRisks } from './saveRisks';
import { waitsForLimit } from './waitsForLimit';
import { describeZoomError, zoomTrouble } from './zoomTrouble';

/** Brings the meeting at Zoom up to the class as it is now. Repeating it does no harm. */
export async function updateMeeting(
  deps: Deps,
  { classDateId, now }: { classDateId: number; now: Date },
): Promise<void> {
  const meeting = await ZoomMeeting.findOne({ where: { classDateId, isCurrent: true, state: 'created' } });
  const classDate = await ClassDate.findByPk(classDateId);
  if (!meeting?.meetingId || !classDate || meeting.syncedVersion >= classDate.version) return;
  const { title: topic } = await BookOrder.findByPk(classDate.orderId, { rejectOnEmpty: true });
  // Zoom counts each update: one that would change nothing is spared.
  if (isAsBefore(meeting, classDate, topic)) return saveSynced(deps, { meeting, classDate, topic, now });
  const connection = await ZoomConnection.findOne({ where: { userId: meeting.teacherId, state: 'connected' } });
  if (await waitsForLimit(deps, meeting, connection, now)) return;
  const attempts = meeting.attempts + 1;
  // Committed first: whatever becomes of us, it is known that Zoom may have it otherwise than the row says.
  await meeting.update({ attempts });
  try {
    meeting.set({ madeFor: meeting.madeFor ?? meeting.startTime });
    meeting.set({ topic, ...scheduleOf(classDate) });
    await deps.zoom.updateMeeting(meeting.teacherId, meeting.meetingId, meetingRequest(classDate, meeting));
    await saveSynced(deps, { meeting, classDate, topic, now });
  } catch (error) {
    await meeting.reload();
    if (error instanceof ZoomNotFound && (await confirmGone(deps, meeting))) return;
    const trouble = await zoomTrouble(deps, error, { teacherId: meeting.teacherId, attempts, now });
    const nextAttemptAt = trouble.nextAttemptAt ?? new Date(now.getTime() + 60_000);
    await meeting.update({ nextAttemptAt, lastError: describeZoomError(error) });
  }
}

interface Synced {
  readonly meeting: ZoomMeeting;
  /** as the meeting is now */
  readonly classDate: ClassDate;
  readonly topic: string;
  readonly now: Date;
}

/** What was changed in Zoom has been overwritten with it. */
async function saveSynced(deps: Deps, { meeting, classDate, topic, now }: Synced): Promise<void> {
  const { madeFor } = meeting;
  const synced = { syncedVersion: classDate.version, attempts: 0, nextAttemptAt: null, lastError: null };
  await inTransaction(deps.db, async (transaction) => {
    const lock = Transaction.LOCK.UPDATE;
    const locked = await ClassDate.findByPk(classDate.id, { transaction, lock, rejectOnEmpty: true });
    const where = { id: meeting.id };
    await ZoomMeeting.update({ topic, madeFor, ...scheduleOf(classDate), ...synced }, { where, transaction });
    await saveRisks(deps, locked, { findings: [], lookedFor: ['meeting_changed'], now }, transaction);
  });
}

function scheduleOf({ startsAt, durationMinutes, timeZone }: ClassDate) {
  return { startTime: startsAt, duration: durationMinutes, timezone: timeZone };
}

function isAsBefore(meeting: ZoomMeeting, classDate: ClassDate, topic: string): boolean {
  return (
    meeting.attempts === 0 &&
    meeting.lastError === null &&
    meeting.topic === topic &&
    meeting.startTime.getTime() === classDate.startsAt.getTime() &&
    meeting.duration === classDate.durationMinutes &&
    meeting.timezone === classDate.timeZone
  );
}
