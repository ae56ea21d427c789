import type { Transaction } from 'sequelize';
import { endOfRun, type Run } from '../domain/meetingRuns';
import { endOfSilentRun, lastToldOf, roomAskedAbout } from '../domain/silentRuns';
import type { ClassDate } from '../models/ClassDate';
import type { ZoomMeeting } from '../models/ZoomMeeting';
import type { ZoomMeetingInstance } from '../models/ZoomMeetingInstance';
import { ZoomParticipant } from '../models/ZoomParticipant';

interface KnownRuns {
  readonly meetings: readonly ZoomMeeting[];
  readonly runs: readonly ZoomMeetingInstance[];
}

/**
 * Tries of a class's room of whose end no word came, and of which Zoom said after the class's start that they do not go on:
 * when each was over at the latest, by its row. Their words may come when the class has been looked at already.
 *
 * @param known rooms of the class, and their runs
 */
export async function findSilentRuns(
  { startsAt, watchedAt }: Pick<ClassDate, 'startsAt' | 'watchedAt'>,
  known: KnownRuns,
  transaction: Transaction,
): Promise<Map<number, Date>> {
  const room = roomAskedAbout(known.meetings, watchedAt);
  const runs = known.runs.filter(({ zoomMeetingId }) => zoomMeetingId === room);
  const open = runs.filter((run) => run.startedAt !== null && run.startedAt < startsAt && !endOfRun(run, runs));
  if (watchedAt === null || open.length === 0) return new Map();
  const stays = await ZoomParticipant.findAll({ where: { instanceId: open.map(({ id }) => id) }, transaction });
  return new Map(
    open.flatMap((run) => {
      const end = endOfSilentRun(lastToldOf(run, stays), watchedAt);
      return end ? [[run.id, end] as const] : [];
    }),
  );
}

/** All the runs, those tries with the end that follows for them. */
export async function endSilentRuns(
  classDate: Pick<ClassDate, 'startsAt' | 'watchedAt'>,
  known: KnownRuns,
  transaction: Transaction,
): Promise<Run[]> {
  const silent = await findSilentRuns(classDate, known, transaction);
  return known.runs.map(({ id, startedAt, endedAt }) => ({ startedAt, endedAt: silent.get(id) ?? endedAt }));
}
