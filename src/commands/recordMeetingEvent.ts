import { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { isShut } from '../domain/classStates';
import { classTimes } from '../domain/classTimes';
import { earlier } from '../domain/clock';
import { mergeRun, ranAfter, runsOfClass, summariseRuns, type Run } from '../domain/meetingRuns';
import { nextClassState } from '../domain/transitions';
import { ClassDate } from '../models/ClassDate';
import type { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomMeetingInstance } from '../models/ZoomMeetingInstance';
import type { HintReason } from '../temporal/outbox';
import type { MeetingEvent, RunEvent, UpdatedEvent } from '../zoom/webhookEvents';
import { followRuns } from './followRuns';
import { loseRoom } from './loseRoom';
import { noteEvidence } from './noteEvidence';
import { noteHeld } from './noteHeld';
import { noteStateChange } from './noteOutcome';
import { clearOverrun } from './warnOfOverrun';
import { THE_SYSTEM, writeAudit } from './writeAudit';

type EventOfMeeting = Exclude<MeetingEvent, { kind: 'participant' | 'wait' | 'other' }>;

/**
 * A meeting has started, ended, been moved or been deleted in Zoom. Order and repeats make no difference: the class
 * follows from the runs known so far, not from the event that happens to be the latest.
 *
 * @returns what the class's workflow should hear, if anything
 */
export async function recordMeetingEvent(
  deps: Deps,
  meeting: ZoomMeeting,
  event: EventOfMeeting,
  transaction: Transaction,
): Promise<HintReason | null> {
  // The class's row is the lock of everything that follows from its meeting's events.
  const lock = Transaction.LOCK.UPDATE;
  const classDate = await ClassDate.findByPk(meeting.classDateId, { transaction, lock, rejectOnEmpty: true });
  await meeting.reload({ transaction });
  switch (event.kind) {
    case 'run':
      return recordRun(deps, classDate, meeting, event, transaction);
    case 'deleted':
      return recordDeletion(deps, classDate, meeting, transaction);
    case 'updated':
      return noteTold(classDate, meeting, event, transaction);
  }
}

async function recordRun(
  deps: Deps,
  classDate: ClassDate,
  meeting: ZoomMeeting,
  event: RunEvent,
  transaction: Transaction,
): Promise<HintReason | null> {
  const news = await saveRun(meeting, event, transaction);
  if (news === 'nothing') return null;
  const runs = await ZoomMeetingInstance.findAll({ where: { zoomMeetingId: meeting.id }, transaction });
  const summary = summariseRuns(runs);
  await meeting.update(
    {
      status: summary.state === 'running' ? 'started' : 'ended',
      actualStartTime: summary.firstStartedAt,
      actualEndTime: summary.lastEndedAt,
    },
    { transaction },
  );
  if (news === 'event') {
    const action = event.event === 'started' ? 'meeting_started' : 'meeting_ended';
    const entity = { type: 'zoom_meeting', id: meeting.id };
    await writeAudit(deps, THE_SYSTEM, { action, entity, metadata: { classDateId: classDate.id } }, transaction);
  }
  const ofClass = runsOfClass(runs, meeting, classTimes(classDate));
  // Of a time that the class had before, or of any other use that was made of its room.
  if (!ofClass.some(({ uuid }) => uuid === event.uuid)) return null;
  if (classDate.closedAt) {
    const hint = await noteEvidence(deps, classDate, transaction);
    const revived = await reviveMissed(classDate, ofClass, event, transaction);
    await noteHeld(classDate, transaction);
    return revived ? 'late evidence' : hint;
  }
  if (!meeting.isCurrent) {
    // A former meeting says nothing any more of how the class stands, but that it was live it was.
    const { firstStartedAt: liveAt } = summariseRuns(ofClass);
    if (liveAt) await classDate.update({ liveAt: earlier(classDate.liveAt, liveAt) }, { transaction });
    return null;
  }
  return follow(deps, classDate, meeting, event, transaction);
}

async function follow(
  deps: Deps,
  classDate: ClassDate,
  meeting: ZoomMeeting,
  { event }: RunEvent,
  transaction: Transaction,
): Promise<HintReason | null> {
  if (!(await followRuns(classDate, meeting, transaction))) return null;
  if (classDate.state !== 'live') await clearOverrun(deps, classDate.id, deps.clock.now(), transaction);
  return event === 'started' ? 'meeting started' : 'meeting ended';
}

/**
 * A class that was missed for want of a room, and ran in one all the same, is settled as any other. A try of its room before
 * the start changes nothing.
 */
async function reviveMissed(
  classDate: ClassDate,
  runs: readonly Run[],
  { event }: RunEvent,
  transaction: Transaction,
): Promise<boolean> {
  if (classDate.state !== 'missed' || !ranAfter(runs, classDate.startsAt)) return false;
  const state = nextClassState('missed', event === 'started' ? 'meeting_started' : 'meeting_ended');
  const endedAt = classTimes(classDate).endsAt;
  await classDate.update({ state, stateReason: null, outcome: null, endedAt }, { transaction });
  await noteStateChange(classDate, 'missed', transaction);
  return true;
}

/** @returns what is new: that it has started or ended, when it did so though that was known, or nothing */
async function saveRun(
  meeting: ZoomMeeting,
  event: RunEvent,
  transaction: Transaction,
): Promise<'event' | 'instant' | 'nothing'> {
  const known = await ZoomMeetingInstance.findOne({ where: { uuid: event.uuid }, transaction });
  const { startedAt, endedAt } = mergeRun(known ?? { startedAt: null, endedAt: null }, event);
  if (!known) {
    await ZoomMeetingInstance.create(
      { zoomMeetingId: meeting.id, uuid: event.uuid, startedAt, endedAt },
      { transaction },
    );
    return 'event';
  }
  const toldBefore = event.event === 'started' ? known.startedAt : known.endedAt;
  known.set({ startedAt, endedAt });
  const changed = known.changed() !== false;
  await known.save({ transaction });
  if (!changed) return 'nothing';
  return toldBefore === null ? 'event' : 'instant';
}

async function recordDeletion(
  deps: Deps,
  classDate: ClassDate,
  meeting: ZoomMeeting,
  transaction: Transaction,
): Promise<HintReason | null> {
  // Our own deletions come back as events, too; those meetings are no longer current.
  if (!meeting.isCurrent) return null;
  return (await loseRoom(deps, classDate, meeting, transaction)) ? 'meeting deleted' : null;
}

/**
 * Zoom's word may be old, or the echo of an edit of ours: the workflow looks at the room itself. Our last edit, which is as
 * the class is, asks for no look unless something is flagged.
 */
async function noteTold(
  classDate: ClassDate,
  meeting: ZoomMeeting,
  { startsAt, durationMinutes }: UpdatedEvent,
  transaction: Transaction,
): Promise<HintReason | null> {
  if (!meeting.isCurrent || isShut(classDate)) return null;
  const moved = startsAt !== null && startsAt.getTime() !== classDate.startsAt.getTime();
  const longer = durationMinutes !== null && durationMinutes !== classDate.durationMinutes;
  if (!moved && !longer && meeting.lastError === null) return null;
  await meeting.update({ changesTold: meeting.changesTold + 1 }, { transaction });
  return 'meeting updated';
}
