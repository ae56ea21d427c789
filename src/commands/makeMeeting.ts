import { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { classTimes } from '../domain/classTimes';
import { MINUTE_MS } from '../domain/clock';
import { nextClassState } from '../domain/transitions';
import { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import { ZoomConnection } from '../models/ZoomConnection';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { hashHost } from '../security/roomHost';
import { ZoomUnknownOutcome } from '../zoom/errors';
import { followRuns } from './followRuns';
import { meetingMarker, meetingRequest } from './meetingRequest';
import { noteNoRoom } from './noteNoRoom';
import { recordMeetingTrouble } from './recordMeetingTrouble';
import { noteRoomThere, saveMadeMeeting } from './saveMadeMeeting';
import { setRisk } from './setRisk';
import { waitsForLimit } from './waitsForLimit';

export type MakeResult = 'made' | 'unknown' | 'waiting' | 'nothing to do';

/**
 * Makes the class's meeting at Zoom, at most once a generation. Zoom has no idempotency key, so the attempt is a row
 * before it is a request, and only a definite answer settles it; anything else is left `unknown` for resolveAttempts.
 */
export async function makeMeeting(
  deps: Deps,
  { classDateId, now }: { classDateId: number; now: Date },
): Promise<MakeResult> {
  const attempt = await openAttempt(deps, classDateId, now);
  if (!attempt) return 'nothing to do';
  const { meeting, classDate } = attempt;
  try {
    const made = await deps.zoom.createMeeting(meeting.teacherId, meetingRequest(classDate, meeting));
    await saveMadeMeeting(deps, meeting, made, 'meeting_created');
    return 'made';
  } catch (error) {
    await recordMeetingTrouble(deps, meeting.id, error, now);
    return error instanceof ZoomUnknownOutcome ? 'unknown' : 'waiting';
  }
}

interface Attempt {
  readonly meeting: ZoomMeeting;
  readonly classDate: ClassDate;
}

/** Re-reads the class under a lock just before the POST, and commits the attempt as `creating`. */
async function openAttempt(deps: Deps, classDateId: number, now: Date): Promise<Attempt | null> {
  return inTransaction(deps.db, async (transaction) => {
    const classDate = await ClassDate.findByPk(classDateId, { transaction, lock: Transaction.LOCK.UPDATE });
    if (!classDate || !isTimeForRoom(classDate, now)) return null;
    await classDate.update({ state: nextClassState(classDate.state, 'opened') }, { transaction });
    const connection = await ZoomConnection.findOne({
      where: { userId: classDate.teacherId, state: 'connected' },
      transaction,
    });
    if (!connection) {
      await setRisk({ id: classDateId }, 'teacher_not_connected', transaction);
      return null;
    }
    const { title: topic } = await BookOrder.findByPk(classDate.orderId, { transaction, rejectOnEmpty: true });
    const meeting = await currentMeeting(classDate, topic, transaction);
    if (meeting.state === 'created') {
      await noteRoomThere(classDate, transaction);
      // Kept through a move; its teacher may have been in it early.
      await followRuns(classDate, meeting, transaction);
      return null;
    }
    const notBefore = meeting.nextAttemptAt && meeting.nextAttemptAt > now;
    if ((meeting.state !== 'planned' && meeting.state !== 'failed') || notBefore) return null;
    if (await waitsForLimit(deps, meeting, connection, now, transaction)) {
      if (waitsLong(meeting, now)) await noteNoRoom(deps, classDate, { refusal: null, now }, transaction);
      return null;
    }
    meeting.set({
      state: 'creating',
      attempts: meeting.attempts + 1,
      looks: 0,
      registration: connection.licensed,
      hostHash: connection.zoomUserId === null ? null : hashHost(meeting.marker, connection.zoomUserId),
      topic,
      ...scheduleOf(classDate),
    });
    await meeting.save({ transaction });
    return { meeting, classDate };
  });
}

/** A daily limit, and not that of a second, which is nobody's news. */
function waitsLong({ nextAttemptAt }: ZoomMeeting, now: Date): boolean {
  return nextAttemptAt !== null && nextAttemptAt.getTime() - now.getTime() > MINUTE_MS;
}

/** It may have been moved or cancelled since it was looked at. */
function isTimeForRoom(classDate: ClassDate, now: Date): boolean {
  const { opensAt, endsAt } = classTimes(classDate);
  return ['scheduled', 'preparing', 'ready', 'live'].includes(classDate.state) && now >= opensAt && now < endsAt;
}

/** What is sent now; an edit that comes later raises the class's version above it and asks for a PATCH. */
function scheduleOf(classDate: ClassDate) {
  return {
    syncedVersion: classDate.version,
    startTime: classDate.startsAt,
    duration: classDate.durationMinutes,
    timezone: classDate.timeZone,
  };
}

/** The room that the class has, or a first try of another; that is not saved yet. */
async function currentMeeting(classDate: ClassDate, topic: string, transaction: Transaction): Promise<ZoomMeeting> {
  const known = await ZoomMeeting.findAll({ where: { classDateId: classDate.id }, transaction });
  const current = known.find(({ isCurrent }) => isCurrent);
  if (current) return current;
  const generation = Math.max(0, ...known.map((former) => former.generation)) + 1;
  return ZoomMeeting.build({
    orderId: classDate.orderId,
    classDateId: classDate.id,
    teacherId: classDate.teacherId,
    generation,
    isCurrent: true,
    state: 'planned',
    marker: meetingMarker(classDate.randomKey, generation),
    topic,
    ...scheduleOf(classDate),
  });
}
