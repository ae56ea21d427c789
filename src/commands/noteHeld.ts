import type { Transaction } from 'sequelize';
import { earlier, later } from '../domain/clock';
import { ranAfter, summariseRuns, type Run } from '../domain/meetingRuns';
import type { ClassDate } from '../models/ClassDate';
import { findRuns } from '../queries/findRuns';
import { findSilentRuns } from '../queries/findSilentRuns';

/**
 * Since when and until when a class was held that is closed already, as its runs are told late, by Zoom's events in
 * whatever order or by its own account. It ended with the last of its rooms that ran, or where that is not told, when it was
 * closed; an end before its start is that of a try, and so is what Zoom said to go on no more.
 */
export async function noteHeld(classDate: ClassDate, transaction: Transaction): Promise<void> {
  const { state } = classDate;
  if (state !== 'ended' && state !== 'settled') return;
  const known = await findRuns(classDate, transaction);
  const silent = await findSilentRuns(classDate, known, transaction);
  const held = known.runs.filter((run) => !silent.has(run.id) && !goesOnSinceClosing(run, classDate));
  const lastRoom = Math.max(...held.map(({ zoomMeetingId }) => zoomMeetingId));
  const ofLastRoom = held.filter(({ zoomMeetingId }) => zoomMeetingId === lastRoom);
  const liveAt = earlier(classDate.liveAt, summariseRuns(held).firstStartedAt);
  const endedAt = endAsTold(ofLastRoom, classDate) ?? later(classDate.endedAt, liveAt);
  await classDate.update({ liveAt, endedAt }, { transaction });
}

/** A room may be opened again after its class: until that run's end is told it says nothing of when the class was over. */
function goesOnSinceClosing({ startedAt, endedAt }: Run, { closedAt }: ClassDate): boolean {
  return endedAt === null && startedAt !== null && closedAt !== null && startedAt >= closedAt;
}

function endAsTold(runs: readonly Run[], { startsAt, closedAt }: ClassDate): Date | null {
  const { state, lastEndedAt } = summariseRuns(runs);
  const end = state === 'running' && ranAfter(runs, startsAt) ? closedAt : lastEndedAt;
  return end !== null && end > startsAt ? end : null;
}
