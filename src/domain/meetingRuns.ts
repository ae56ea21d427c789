import { later } from './clock';

/** One run of a meeting: a host who leaves by mistake and comes back makes a second one, with a uuid of its own. */
export interface Run {
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
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

/**
 * Whether a run was of a time that its class had before it was moved: it began before the doors of the class as it is now,
 * in a room that was made for another time.
 *
 * @param madeFor the start that the run's meeting had at Zoom
 */
export function isOfFormerTime(
  { startedAt, endedAt }: Run,
  madeFor: Date,
  { startsAt, opensAt }: { readonly startsAt: Date; readonly opensAt: Date },
): boolean {
  const at = startedAt ?? endedAt;
  return at !== null && at < opensAt && madeFor.getTime() !== startsAt.getTime();
}

/** A run's own start comes from "started"; "ended" repeats it, in case that was lost. */
export function mergeRun(known: Run, told: Run & { readonly event: 'started' | 'ended' }): Run {
  if (told.event === 'started') return { startedAt: told.startedAt, endedAt: known.endedAt };
  return { startedAt: known.startedAt ?? told.startedAt, endedAt: later(known.endedAt, told.endedAt) };
}
