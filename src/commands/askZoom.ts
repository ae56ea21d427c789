import { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { actualState, isLiveEarly, isToBegin, liveSince } from '../domain/classStates';
import { later } from '../domain/clock';
import { nextClassState } from '../domain/transitions';
import { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomMeetingInstance } from '../models/ZoomMeetingInstance';
import { ZoomParticipant } from '../models/ZoomParticipant';
import { countHeard } from '../queries/countHeard';
import { ZoomNotFound } from '../zoom/errors';
import { confirmGone } from './confirmGone';
import { noteOutcome, noteStateChange } from './noteOutcome';
import { reportSilence } from './reportSilence';
import { waitForZoom } from './waitForZoom';
import { zoomTrouble } from './zoomTrouble';

/**
 * The class should have started and nothing was heard, or only that somebody was in its room before: asks Zoom. If it does
 * run, the word was lost and is made good; if not, the class is marked as watched, and the teacher gets a mail.
 */
export async function askZoom(deps: Deps, { classDateId, now }: { classDateId: number; now: Date }): Promise<void> {
  const meeting = await ZoomMeeting.findOne({ where: { classDateId, isCurrent: true, state: 'created' } });
  if (!meeting?.meetingId) return;
  const heard = await countHeard(meeting.id);
  try {
    const { status } = await deps.zoom.getMeeting(meeting.teacherId, meeting.meetingId);
    const started = status === 'started';
    await noteAnswer(deps, { classDateId, meetingRowId: meeting.id, heard, started, now });
    if (started) await reportSilence(deps, now);
  } catch (error) {
    if (error instanceof ZoomNotFound && (await confirmGone(deps, meeting))) return;
    const trouble = await zoomTrouble(deps, error, { teacherId: meeting.teacherId, attempts: 1, now });
    await waitForZoom(deps, meeting, trouble, now);
  }
}

interface Answer {
  readonly classDateId: number;
  readonly meetingRowId: number;
  /** how much had been told when Zoom was asked */
  readonly heard: number;
  readonly started: boolean;
  readonly now: Date;
}

async function noteAnswer(deps: Deps, answer: Answer): Promise<void> {
  const { classDateId, meetingRowId, heard, started, now } = answer;
  await inTransaction(deps.db, async (transaction) => {
    const lock = Transaction.LOCK.UPDATE;
    const classDate = await ClassDate.findByPk(classDateId, { transaction, lock, rejectOnEmpty: true });
    // While Zoom was asked it was started, or somebody came: it is asked anew.
    if (!started && (await countHeard(meetingRowId, transaction)) !== heard) return;
    await ZoomMeeting.update({ seenAt: now }, { where: { id: meetingRowId }, transaction });
    if (!isLiveEarly(classDate, classDate.startsAt) && !isToBegin(classDate, classDate.startsAt)) return;
    if (started) await noteStarted(classDate, now, transaction);
    else await noteNotStarted(classDate, answer, transaction);
  });
}

/** What ended before was another run. */
async function noteStarted(classDate: ClassDate, now: Date, transaction: Transaction): Promise<void> {
  const former = actualState(classDate);
  const liveAt = liveSince(classDate, classDate.startsAt, now);
  const live = { state: nextClassState(former, 'meeting_started'), liveAt, endedAt: null };
  await classDate.update({ ...live, stateReason: null, nextAttemptAt: null }, { transaction });
  await noteStateChange(classDate, former, transaction);
}

async function noteNotStarted(
  classDate: ClassDate,
  { meetingRowId, now }: Answer,
  transaction: Transaction,
): Promise<void> {
  if (classDate.state === 'live') {
    const endedAt = (await lastHeardOf(meetingRowId, transaction)) ?? classDate.liveAt;
    // Nor was it live if that was a try: its room may be lost yet, and then nothing else tells that the class was missed.
    const liveAt = endedAt !== null && endedAt < classDate.startsAt ? null : classDate.liveAt;
    await classDate.update({ state: nextClassState('live', 'meeting_ended'), endedAt, liveAt }, { transaction });
    await noteStateChange(classDate, 'live', transaction);
    if (!isToBegin(classDate, classDate.startsAt)) return;
  }
  await classDate.update({ watchedAt: now, stateReason: 'not_started', nextAttemptAt: null }, { transaction });
  await noteOutcome(classDate, 'class.teacher_absent', transaction);
}

/** The last instant of which anything is known in a meeting's runs. */
async function lastHeardOf(zoomMeetingId: number, transaction: Transaction): Promise<Date | null> {
  const runs = await ZoomMeetingInstance.findAll({ where: { zoomMeetingId }, transaction });
  const stays = await ZoomParticipant.findAll({ where: { instanceId: runs.map(({ id }) => id) }, transaction });
  const instants = [
    ...runs.flatMap(({ startedAt, endedAt }) => [startedAt, endedAt]),
    ...stays.flatMap(({ joinTime, leaveTime }) => [joinTime, leaveTime]),
  ];
  return instants.reduce<Date | null>((last, instant) => later(last, instant), null);
}
