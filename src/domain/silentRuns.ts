import { isToBegin, type ClassState } from './classStates';
import { later } from './clock';

interface WatchedClass {
  readonly state: ClassState;
  readonly startsAt: Date;
  readonly liveAt: Date | null;
  readonly endedAt: Date | null;
  readonly watchedAt: Date | null;
}

/** When Zoom said of a class that has not begun that its room does not run; null where it was not asked, or has begun since. */
export function silentAt(classDate: WatchedClass): Date | null {
  return classDate.liveAt === null || isToBegin(classDate, classDate.startsAt) ? classDate.watchedAt : null;
}

interface Room {
  readonly id: number;
  readonly meetingId: string | null;
  readonly createdAt: Date;
}

/**
 * Of which of a class's rooms Zoom said so: of the newest there was. Of a former one, where people may sit yet, it said
 * nothing, nor of one that was made since.
 */
export function roomAskedAbout(rooms: readonly Room[], watchedAt: Date | null): number | null {
  if (watchedAt === null) return null;
  const there = rooms.filter(({ meetingId, createdAt }) => meetingId !== null && createdAt <= watchedAt);
  return there.length > 0 ? Math.max(...there.map(({ id }) => id)) : null;
}

interface ToldStay {
  readonly instanceId: number;
  readonly joinTime: Date | null;
  readonly leaveTime: Date | null;
}

/** The last instant of which anything was told of a run, by its start and by who came and went; its end apart. */
export function lastToldOf(
  { id, startedAt }: { readonly id: number; readonly startedAt: Date | null },
  stays: readonly ToldStay[],
): Date | null {
  return stays
    .filter(({ instanceId }) => instanceId === id)
    .reduce((last, { joinTime, leaveTime }) => later(last, later(joinTime, leaveTime)), startedAt);
}

/**
 * When a run was over whose end was never told, where Zoom said later that the room does not run: at the last instant of
 * which anything was told. null: it may go on.
 */
export function endOfSilentRun(lastToldAt: Date | null, silent: Date | null): Date | null {
  return lastToldAt !== null && silent !== null && lastToldAt < silent ? lastToldAt : null;
}
