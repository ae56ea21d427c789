import type { Transaction } from 'sequelize';
import { actualState } from '../domain/classStates';
import { classTimes } from '../domain/classTimes';
import { earlier } from '../domain/clock';
import { runsOfClass, runsToFollow, summariseRuns } from '../domain/meetingRuns';
import { nextClassState } from '../domain/transitions';
import type { ClassDate } from '../models/ClassDate';
import type { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomMeetingInstance } from '../models/ZoomMeetingInstance';
import { endSilentRuns } from '../queries/findSilentRuns';
import { noteStateChange } from './noteOutcome';

/**
 * Brings a class to where the runs of its room are, as far as they are its own: what was in the room at another time says
 * nothing of how the class stands.
 *
 * @param classDate locked
 * @returns whether there is anything to follow
 */
export async function followRuns(
  classDate: ClassDate,
  meeting: ZoomMeeting,
  transaction: Transaction,
): Promise<boolean> {
  const rows = await ZoomMeetingInstance.findAll({ where: { zoomMeetingId: meeting.id }, transaction });
  const known = await endSilentRuns(classDate, { meetings: [meeting], runs: rows }, transaction);
  const times = classTimes(classDate);
  const runs = runsToFollow(runsOfClass(known, meeting, times), classDate.state, times);
  const { state: runState, firstStartedAt, lastEndedAt } = summariseRuns(runs);
  if (runState === 'never') return false;
  const former = actualState(classDate);
  const state = nextClassState(classDate.state, runState === 'running' ? 'meeting_started' : 'meeting_ended');
  await classDate.update(
    {
      state,
      stateReason: state === classDate.state ? classDate.stateReason : null,
      liveAt: earlier(classDate.liveAt, firstStartedAt),
      ...(state === 'live' || state === 'ended' ? { endedAt: lastEndedAt } : {}),
    },
    { transaction },
  );
  await noteStateChange(classDate, former, transaction);
  return true;
}
