import type { ClassState } from './classStates';
import type { ClassTimes } from './classTimes';
import { earlier, later } from './clock';

/** One run of a meeting: a host who leaves by mistake and comes back makes a second one, with a uuid of its own. */
export interface Run {
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

/** The meeting that some runs are of. */
interface RoomOfRuns {
  readonly isCurrent: boolean | null;
  /** the start it has at Zoom */
  readonly startTime: Date;
  /** the start it was made for, where it was kept through a move */
  readonly madeFor: Date | null;
}

/** What the runs known so far say of the meeting as a whole. */
export interface RunSummary {
  readonly state: 'never' | 'running' | 'ended';
  readonly firstStartedAt: Date | null;
  /** null while it runs */
  readonly lastEndedAt: Date | null;
}

/**
 * Depends on the set of runs only, not on the order in which they became known: "ended" may arrive before "started", and
 * either may be lost. Zoom lets a meeting run once at a time, so a run is over when a later one has started.
 */
export function summariseRuns(runs: readonly Run[]): RunSummary {
  const starts = runs.flatMap(({ startedAt }) => (startedAt ? [startedAt.getTime()] : []));
  const ends = runs.flatMap(({ endedAt }) => (endedAt ? [endedAt.getTime()] : []));
  if (starts.length === 0 && ends.length === 0) return { state: 'never', firstStartedAt: null, lastEndedAt: null };
  const lastStart = Math.max(...starts);
  const running = runs.some(({ startedAt, endedAt }) => startedAt?.getTime() === lastStart && endedAt === null);
  return {
    state: running ? 'running' : 'ended',
    firstStartedAt: starts.length > 0 ? new Date(Math.min(...starts)) : null,
    lastEndedAt: running || ends.length === 0 ? null : new Date(Math.max(...ends)),
  };
}

/**
 * When a run was over, as far as it is known: Zoom lets a meeting run once at a time, so at the latest when the next one
 * began. null: nothing says so.
 */
export function endOfRun(run: Run, runs: readonly Run[]): Date | null {
  if (run.endedAt) return run.endedAt;
  const { startedAt } = run;
  if (!startedAt) return null;
  const later = runs.flatMap((other) =>
    other.startedAt && other.startedAt > startedAt ? [other.startedAt.getTime()] : [],
  );
  return later.length > 0 ? new Date(Math.min(...later)) : null;
}

/** Whether all that is known of a room was over by then: it was only tried, perhaps. A run whose end nobody knows was not. */
export function wereOverBefore(runs: readonly Run[], at: Date): boolean {
  const ends = runs.map((run) => endOfRun(run, runs));
  return ends.length > 0 && ends.every((end) => end !== null && end < at);
}

/** Whether it was told of any that it ran after an instant. */
export function ranAfter(runs: readonly Run[], at: Date): boolean {
  return runs.some(({ startedAt, endedAt }) => {
    const last = later(startedAt, endedAt);
    return last !== null && last > at;
  });
}

/**
 * The runs of one meeting that were of its class as it is now. Those of a room that was kept through a move, be it gone
 * since: one that was going on when the doors opened, too. Not those of a time that the class had before: in a room that
 * was made for another time, what was over before the doors opened, or, where that room had to go, what began before. And
 * not those that began after the class could last at most: people may meet in the old room on any later day.
 */
export function runsOfClass<T extends Run>(
  runs: readonly T[],
  { isCurrent, startTime, madeFor }: RoomOfRuns,
  { startsAt, opensAt, hardCapAt }: Pick<ClassTimes, 'startsAt' | 'opensAt' | 'hardCapAt'>,
): T[] {
  const madeForIt = (madeFor ?? startTime).getTime() === startsAt.getTime();
  const isKept = isCurrent === true || startTime.getTime() === startsAt.getTime();
  return runs.filter((run) => {
    if (run.startedAt !== null && run.startedAt >= hardCapAt) return false;
    const [began, end] = [run.startedAt ?? run.endedAt, endOfRun(run, runs)];
    if (madeForIt || began === null || began >= opensAt) return true;
    return isKept && (end === null || end > opensAt);
  });
}

/**
 * Of a class's runs, those that it goes by. Whoever is early in a room that was kept through a move does not open the
 * class; once it has opened, a run that goes on counts.
 */
export function runsToFollow<T extends Run>(
  runs: readonly T[],
  state: ClassState,
  { opensAt }: Pick<ClassTimes, 'opensAt'>,
): T[] {
  if (state !== 'scheduled') return [...runs];
  return runs.filter(({ startedAt, endedAt }) => {
    const began = startedAt ?? endedAt;
    return began === null || began >= opensAt;
  });
}

/**
 * "started" tells of a run's start, "ended" of its end, and of its start as well in case that was lost. Where either is told
 * twice and differently, the whole span counts: any order and any repeats end in the same run.
 */
export function mergeRun(known: Run, told: Run): Run {
  return { startedAt: earlier(known.startedAt, told.startedAt), endedAt: later(known.endedAt, told.endedAt) };
}
