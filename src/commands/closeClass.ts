import { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { actualState, isShut, liveSince, type ClassState } from '../domain/classStates';
import { classTimes } from '../domain/classTimes';
import { addMinutes, earlier } from '../domain/clock';
import { summariseRuns, wereOverBefore } from '../domain/meetingRuns';
import { nextClassState } from '../domain/transitions';
import { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { countHeard } from '../queries/countHeard';
import { findRuns } from '../queries/findRuns';
import { endSilentRuns } from '../queries/findSilentRuns';
import { deliverOutbox } from '../temporal/outbox';
import { isStillRunning } from './isStillRunning';
import { noteStateChange } from './noteOutcome';
import { clearOverrun, warnOfOverrun } from './warnOfOverrun';
import { THE_SYSTEM, writeAudit } from './writeAudit';
import { zoomTrouble } from './zoomTrouble';

/** How often Zoom is asked whether an overrunning class still runs. */
const OVERRUN_LOOK_MINUTES = 2;

/**
 * The planned end (and its grace) has passed. A class that never got a room is missed; any other closes once Zoom says
 * its meeting does not run, so a lost "ended" cannot leave a class live for ever.
 */
export async function closeClass(deps: Deps, { classDateId, now }: { classDateId: number; now: Date }): Promise<void> {
  const classDate = await ClassDate.findByPk(classDateId, { rejectOnEmpty: true });
  const meeting = await ZoomMeeting.findOne({ where: { classDateId, isCurrent: true, state: 'created' } });
  const overdue = now >= classTimes(classDate).hardCapAt;
  if (!meeting?.meetingId || overdue) {
    await close(deps, classDateId, now);
    return;
  }
  const { teacherId, meetingId, marker, hostHash } = meeting;
  try {
    const before = { meetingRowId: meeting.id, state: classDate.state, heard: await countHeard(meeting.id) };
    const running = await isStillRunning(deps, { teacherId, meetingId, marker, hostHash }, classDate, now);
    if (running) await deliverOutbox(deps, ...(await noteOverrun(deps, classDateId, now, before.state)));
    else await close(deps, classDateId, now, before);
  } catch (error) {
    const trouble = await zoomTrouble(deps, error, { teacherId, attempts: 1, now });
    await askLater(deps, classDateId, now, trouble.nextAttemptAt ?? addMinutes(now, 1));
  }
}

/** However long Zoom has to be left alone, from the hard cap on it need not be asked. */
async function askLater(deps: Deps, classDateId: number, now: Date, mayAskAt: Date): Promise<void> {
  await inTransaction(deps.db, async (transaction) => {
    const classDate = await lockIfToClose(classDateId, now, transaction);
    if (!classDate) return;
    const nextAttemptAt = earlier(mayAskAt, classTimes(classDate).hardCapAt);
    await classDate.update({ nextAttemptAt }, { transaction });
  });
}

/**
 * @param asked the state in which Zoom was asked
 * @returns the outbox rows to deliver after the commit
 */
async function noteOverrun(deps: Deps, classDateId: number, now: Date, asked: ClassState): Promise<number[]> {
  return inTransaction(deps.db, async (transaction) => {
    const classDate = await lockIfToClose(classDateId, now, transaction);
    if (!classDate) return [];
    // That it has ended was told after Zoom answered; the next look asks again.
    if (asked === 'live' && classDate.state === 'ended') return [];
    const former = actualState(classDate);
    const state = nextClassState(former, 'meeting_started');
    const nextAttemptAt = addMinutes(now, OVERRUN_LOOK_MINUTES);
    const liveAt = liveSince(classDate, classDate.startsAt, now);
    // What ended before was another run.
    const overrun = { state, stateReason: 'overrun', liveAt, endedAt: null, nextAttemptAt } as const;
    await classDate.update(overrun, { transaction });
    await noteStateChange(classDate, former, transaction);
    return warnOfOverrun(deps, classDate, now, transaction);
  });
}

/** How the class stood, and how much had been told of its meeting, when Zoom was asked. */
interface Asked {
  readonly meetingRowId: number;
  readonly state: ClassState;
  readonly heard: number;
}

/** @param asked what Zoom's word that it does not run rests on, if it was asked */
async function close(deps: Deps, classDateId: number, now: Date, asked?: Asked): Promise<void> {
  await inTransaction(deps.db, async (transaction) => {
    const classDate = await lockIfToClose(classDateId, now, transaction);
    if (!classDate || (asked && (await isOutdated(asked, classDate, transaction)))) return;
    await clearOverrun(deps, classDateId, now, transaction);
    const former = actualState(classDate);
    // A class that was live and lost its room later was held all the same.
    const state = (await wasLive(classDate, transaction)) ? 'ended' : nextClassState(former, 'over');
    if (state === 'missed') {
      const missed = { state, outcome: 'room_failed' as const, closedAt: now, nextAttemptAt: null };
      await classDate.update(missed, { transaction });
      await noteStateChange(classDate, former, transaction);
      await writeAudit(
        deps,
        THE_SYSTEM,
        { action: 'class_missed', entity: { type: 'class_date', id: classDateId } },
        transaction,
      );
      return;
    }
    const endedAt = classDate.endedAt ?? (await lastKnownEnd(classDate, transaction)) ?? endWithoutWord(classDate, now);
    await classDate.update({ state, stateReason: null, endedAt, closedAt: now, nextAttemptAt: null }, { transaction });
    await noteStateChange(classDate, former, transaction);
  });
}

/** While Zoom was asked the host came back, or somebody else: the next look has Zoom asked anew. */
async function isOutdated(asked: Asked, { state }: ClassDate, transaction: Transaction): Promise<boolean> {
  return state !== asked.state || (await countHeard(asked.meetingRowId, transaction)) !== asked.heard;
}

/** A room that was only tried before the start, and is lost since, was never there for the class. */
async function wasLive(classDate: ClassDate, transaction: Transaction): Promise<boolean> {
  const { liveAt, startsAt } = classDate;
  if (liveAt === null || liveAt >= startsAt) return liveAt !== null;
  const runs = await endSilentRuns(classDate, await findRuns(classDate, transaction), transaction);
  return !wereOverBefore(runs, startsAt);
}

/** A class that never went live ended when it was meant to; one that did, no later than now. */
function endWithoutWord(classDate: ClassDate, now: Date): Date {
  return classDate.liveAt ? now : classTimes(classDate).endsAt;
}

/** Of a class that is live by Zoom's own word the ends that we know are of other runs. */
async function lastKnownEnd(classDate: ClassDate, transaction: Transaction): Promise<Date | null> {
  if (classDate.state === 'live') return null;
  const { runs } = await findRuns(classDate, transaction);
  return summariseRuns(runs).lastEndedAt;
}

/** While Zoom was asked the class may have been moved, made longer or cancelled: then it is not over, or not by us. */
async function lockIfToClose(classDateId: number, now: Date, transaction: Transaction): Promise<ClassDate | null> {
  const lock = Transaction.LOCK.UPDATE;
  const classDate = await ClassDate.findByPk(classDateId, { transaction, lock, rejectOnEmpty: true });
  const { state } = classDate;
  const { endsAt, closesAt } = classTimes(classDate);
  const overAt = state === 'scheduled' || state === 'preparing' ? endsAt : closesAt;
  return isShut(classDate) || now < overAt ? null : classDate;
}
