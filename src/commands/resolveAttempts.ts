import { Op } from 'sequelize';
import type { Deps } from '../deps';
import { addMinutes, later } from '../domain/clock';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { dueBy } from '../queries/dueBy';
import type { ListedMeeting } from '../zoom/meetings';
import { markerText } from './meetingRequest';
import { isLongPast, NOT_CONNECTED_WAIT_MINUTES } from './removeMeetings';
import { saveMadeMeeting, saveSurplus } from './saveMadeMeeting';
import { describeZoomError, zoomTrouble } from './zoomTrouble';

/**
 * Zoom's list can lag behind a create, so a meeting counts as never made only after this many looks, and not before
 * this long after the attempt (longer than any POST of ours can still be under way).
 */
const LOOKS = 3;
const SETTLED_AFTER_SECONDS = 60;
/** Seconds until the next look after the first, second, … one. */
const LOOK_WAITS_SECONDS = [20, 45, 60];
/**
 * What counts as never made may have been hidden from every look all the same. So long after it was given up, when the
 * attempt has been repeated, the list is looked at once more; and for the last time so long before the start, when the
 * host is about to choose a room from it.
 */
const LATE_LOOK_MINUTES = 5;
const LAST_LOOK_BEFORE_MINUTES = 5;

/**
 * Finds out what became of attempts whose answer never came: adopts the meeting by its marker, or clears the way. What was
 * given up is looked for later, whatever has become of the attempt and of its class.
 */
export async function resolveAttempts(
  deps: Deps,
  { classDateId, now }: { classDateId: number; now: Date },
): Promise<void> {
  // A row still `creating` belongs to a process that died: this class's steps never run twice at the same time.
  await ZoomMeeting.update(
    { state: 'unknown', unknownSince: now, looks: 0, nextAttemptAt: null },
    { where: { classDateId, state: 'creating' } },
  );
  const unknown = await ZoomMeeting.findAll({ where: { classDateId, state: 'unknown', ...dueBy(now) } });
  for (const meeting of unknown) await resolveAttempt(deps, meeting, now);
  const givenUp = await ZoomMeeting.findAll({
    where: { classDateId, state: { [Op.ne]: 'unknown' }, lateLookAt: { [Op.lte]: now } },
  });
  for (const meeting of givenUp) await lookLate(deps, meeting, now);
}

async function resolveAttempt(deps: Deps, meeting: ZoomMeeting, now: Date): Promise<void> {
  if (isLongPast(meeting, now)) {
    await meeting.update({ state: 'gone', isCurrent: null, nextAttemptAt: null });
    return;
  }
  try {
    const listed = await deps.zoom.listMeetings(meeting.teacherId, 'scheduled');
    const [oldest, ...surplus] = oursOldestFirst(listed, meeting.marker);
    if (oldest) await adopt(deps, meeting, oldest, surplus);
    else await countLook(deps, meeting, now);
  } catch (error) {
    const trouble = await zoomTrouble(deps, error, { teacherId: meeting.teacherId, attempts: 1, now });
    const nextAttemptAt = trouble.nextAttemptAt ?? addMinutes(now, NOT_CONNECTED_WAIT_MINUTES);
    await meeting.update({ nextAttemptAt, lastError: describeZoomError(error) });
  }
}

function oursOldestFirst(listed: readonly ListedMeeting[], marker: string): ListedMeeting[] {
  return listed
    .filter(({ agenda }) => agenda.includes(markerText(marker)))
    .sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
}

/**
 * A create whose answer was lost, and its repetition, may both have been carried out. The others are kept as rows in the
 * commit that adopts the oldest; removing them is the next step, tried until Zoom has done it.
 */
async function adopt(
  deps: Deps,
  meeting: ZoomMeeting,
  oldest: ListedMeeting,
  surplus: readonly ListedMeeting[],
): Promise<void> {
  const found = await deps.zoom.getMeeting(meeting.teacherId, oldest.meetingId);
  const others = surplus.map(({ meetingId }) => meetingId);
  await saveMadeMeeting(deps, meeting, found, 'meeting_adopted', others);
  const { classDateId } = meeting;
  deps.logger.info({ classDateId }, 'meeting adopted by its marker');
  if (others.length > 0) deps.logger.warn({ classDateId, surplus: others.length }, 'more meetings than one were made');
}

async function countLook(deps: Deps, meeting: ZoomMeeting, now: Date): Promise<void> {
  const looks = meeting.looks + 1;
  const settledAt = addMinutes(meeting.unknownSince ?? now, SETTLED_AFTER_SECONDS / 60);
  if (looks < LOOKS || now < settledAt) {
    const waitSeconds = LOOK_WAITS_SECONDS[Math.min(looks, LOOK_WAITS_SECONDS.length) - 1] ?? SETTLED_AFTER_SECONDS;
    await meeting.update({ looks, nextAttemptAt: addMinutes(now, waitSeconds / 60) });
    return;
  }
  deps.logger.info({ classDateId: meeting.classDateId, looks }, 'meeting was never made; the way is clear again');
  await ZoomMeeting.update(
    {
      state: meeting.isCurrent ? 'planned' : 'deleted',
      ...{ looks: 0, unknownSince: null, nextAttemptAt: null },
      lateLookAt: addMinutes(now, LATE_LOOK_MINUTES),
    },
    { where: { id: meeting.id, state: 'unknown' } },
  );
}

async function lookLate(deps: Deps, meeting: ZoomMeeting, now: Date): Promise<void> {
  const lateLookAt = isLongPast(meeting, now) ? null : await lookForGivenUp(deps, meeting, now);
  await ZoomMeeting.update({ lateLookAt }, { where: { id: meeting.id } });
}

/** @returns when the next such look is due; null: that was the last one */
async function lookForGivenUp(deps: Deps, meeting: ZoomMeeting, now: Date): Promise<Date | null> {
  try {
    const listed = await deps.zoom.listMeetings(meeting.teacherId, 'scheduled');
    await keepListed(deps, meeting, oursOldestFirst(listed, meeting.marker));
    const lastLookAt = addMinutes(meeting.startTime, -LAST_LOOK_BEFORE_MINUTES);
    return now < lastLookAt ? lastLookAt : null;
  } catch (error) {
    const trouble = await zoomTrouble(deps, error, { teacherId: meeting.teacherId, attempts: 1, now });
    deps.logger.warn({ classDateId: meeting.classDateId, reason: describeZoomError(error) }, 'late look was put off');
    return later(addMinutes(now, LATE_LOOK_MINUTES), trouble.nextAttemptAt);
  }
}

/** An attempt that has not been repeated yet, or never will be, is over when its meeting is found. */
async function keepListed(deps: Deps, meeting: ZoomMeeting, listed: readonly ListedMeeting[]): Promise<void> {
  const { classDateId } = meeting;
  const [oldest, ...surplus] = listed;
  if (meeting.meetingId === null) {
    if (oldest) await adopt(deps, meeting, oldest, surplus);
    return;
  }
  const others = listed.map(({ meetingId }) => meetingId).filter((meetingId) => meetingId !== meeting.meetingId);
  const kept = others.length > 0 ? await saveSurplus(deps, meeting, others) : 0;
  if (kept > 0) deps.logger.warn({ classDateId, surplus: kept }, 'a meeting that was given up was made after all');
}
