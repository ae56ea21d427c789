import type { Deps } from '../deps';
import { isLongOver, judgeRow, judgeRun, SWEPT_KINDS, type Run, type SweptKind, type SweptRow } from '../domain/sweep';
import {
  findHinted,
  findRandomKeys,
  listSweptRows,
  listUnfinishedClasses,
  listUntoldEnds,
} from '../queries/listSweptRows';

/** What a sweep saw; of what it was not to leave so, it did what is said here unless it was a dry run. */
export interface SweepCounts {
  /** rows that have work left for their workflow, and those of them that have one */
  expected: number;
  running: number;
  /** had none: started */
  missing: number;
  /** have none yet, and a hint on its way: given one more, and nobody's trouble */
  onTheirWay: number;
  /** could not go on, and hold nothing: ended and started anew */
  stuck: number;
  /** of no row of ours, of a database that was put back to yesterday, say: ended */
  orphans: number;
  /** should have been settled long since: told to look again */
  overdue: number;
  /** of all these, those that could not be helped now */
  failed: number;
}

export interface SweepOptions {
  readonly dryRun?: boolean;
  /** Called after each page and each batch. */
  readonly onProgress?: (counts: SweepCounts) => void;
  readonly signal?: AbortSignal;
  /** running workflows, and classes that may have people to tell, asked for at a time */
  readonly pageSize?: number;
}

/** So many calls to Temporal at once. */
const AT_ONCE = 20;

type SweepDeps = Pick<Deps, 'db' | 'clock' | 'temporal' | 'logger'>;

/**
 * Compares the rows that should have a running workflow with those that run, and mends the difference: the net below the
 * outbox and its relay, for when Temporal's store was lost, a row was changed by hand, or a run cannot go on. It keeps
 * only the ids of what runs, and may be done any number of times: a hint to what runs is harmless.
 *
 * @throws when the database or Temporal does not answer
 */
export async function sweepWorkflows(deps: SweepDeps, options: SweepOptions = {}): Promise<SweepCounts> {
  const sweep: Sweep = { ...options, deps, counts: noCounts(), seen: emptySets() };
  // First what runs, then the rows: a row is there before its workflow is.
  for await (const runs of deps.temporal.runs.pages(options.pageSize)) {
    for (const kind of SWEPT_KINDS) {
      const ofKind = runs.filter((run) => run.kind === kind);
      if (ofKind.length > 0) await sweepRuns(sweep, kind, ofKind);
    }
    progress(sweep);
  }
  for await (const { kind, rows } of listSweptRows(deps.db)) {
    await sweepRows(sweep, kind, rows);
    progress(sweep);
  }
  await sweepOverdue(sweep);
  await sweepUntoldEnds(sweep);
  return sweep.counts;
}

interface Sweep extends SweepOptions {
  readonly deps: SweepDeps;
  readonly counts: SweepCounts;
  /** the rows whose workflow runs */
  readonly seen: Readonly<Record<SweptKind, Set<number>>>;
}

/** Ends the runs that nothing belongs to, and starts those anew that cannot go on. */
async function sweepRuns(sweep: Sweep, kind: SweptKind, runs: readonly Run[]): Promise<void> {
  const { deps, counts, seen } = sweep;
  const keys = await findRandomKeys(
    kind,
    runs.map(({ rowId }) => rowId),
  );
  const now = deps.clock.now();
  const orphans: Run[] = [];
  const suspects: Run[] = [];
  for (const run of runs) {
    const verdict = judgeRun(run, keys.get(run.rowId) ?? null, now);
    if (verdict === 'orphan') orphans.push(run);
    else if (verdict === 'stuck') suspects.push(run);
    if (keys.get(run.rowId) === run.randomKey) seen[kind].add(run.rowId);
  }
  counts.orphans += orphans.length;
  await act(sweep, orphans, (run) => deps.temporal.runs.terminate(run, 'swept: no row of ours belongs to it'));
  const stuck = await keepStuck(deps, suspects);
  counts.stuck += stuck.length;
  await act(sweep, stuck, async (run) => {
    await deps.temporal.runs.terminate(run, 'swept: it could not go on; another one takes over');
    await hint(deps, kind, { id: run.rowId, randomKey: run.randomKey }, 'swept: the former run was stuck');
  });
}

async function keepStuck({ temporal }: SweepDeps, suspects: readonly Run[]): Promise<Run[]> {
  const stuck: Run[] = [];
  for (const run of suspects) if (await temporal.runs.isStuck(run)) stuck.push(run);
  return stuck;
}

/** Starts what does not run. */
async function sweepRows(sweep: Sweep, kind: SweptKind, rows: readonly SweptRow[]): Promise<void> {
  const { deps, counts, seen } = sweep;
  const idle = rows.filter(({ id }) => !seen[kind].has(id));
  const hinted = await findHinted(
    deps.db,
    kind,
    idle.map(({ id }) => id),
  );
  const now = deps.clock.now();
  const toStart: SweptRow[] = [];
  for (const row of rows) {
    const verdict = judgeRow(row, { runs: seen[kind].has(row.id), hinted: hinted.has(row.id) }, now);
    // What is about to be started is as good as running.
    if (verdict === 'young') continue;
    counts.expected += 1;
    counts[verdict] += 1;
    if (verdict !== 'running') toStart.push(row);
  }
  await act(sweep, toStart, (row) => hint(deps, kind, row, 'swept: it was not running'));
}

async function sweepOverdue(sweep: Sweep): Promise<void> {
  const { deps, counts, seen } = sweep;
  const now = deps.clock.now();
  for await (const classes of listUnfinishedClasses(now)) {
    const overdue = classes.filter((row) => seen.classDate.has(row.id) && isLongOver(row, now));
    counts.overdue += overdue.length;
    await act(sweep, overdue, (row) => hint(deps, 'classDate', row, 'swept: overdue'));
    progress(sweep);
  }
}

/** Not counted: a class that has nobody to tell is no trouble, and its run ends at once. */
async function sweepUntoldEnds(sweep: Sweep): Promise<void> {
  const { deps, seen } = sweep;
  for await (const rows of listUntoldEnds(deps.db, sweep.pageSize)) {
    const idle = rows.filter(({ id }) => !seen.classDate.has(id));
    await act(sweep, idle, (row) => hint(deps, 'classDate', row, 'swept: people may have to be told'));
    progress(sweep);
  }
}

/**
 * Some at a time; one that fails is counted, and the next sweep sees it again.
 *
 * @throws when none of the first ones succeeded: whoever does not answer would only be pressed
 */
async function act<T>(sweep: Sweep, subjects: readonly T[], work: (subject: T) => Promise<void>): Promise<void> {
  if (sweep.dryRun) return;
  for (let from = 0; from < subjects.length; from += AT_ONCE) {
    const outcomes = await Promise.allSettled(subjects.slice(from, from + AT_ONCE).map(work));
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    sweep.counts.failed += failed.length;
    if (failed.length === outcomes.length) throw failed[0]?.reason;
    progress(sweep);
  }
}

function progress({ onProgress, counts, signal }: Sweep): void {
  signal?.throwIfAborted();
  onProgress?.(counts);
}

function hint({ temporal }: SweepDeps, kind: SweptKind, row: { id: number; randomKey: string }, reason: string) {
  const hints = {
    classDate: () => temporal.hintClassDate(row, reason),
    zoomConnection: () => temporal.hintConnection(row, reason),
    incident: () => temporal.hintIncident(row, reason),
    pushEndpoint: () => temporal.hintPushEndpoint(row, reason),
    accountLink: () => temporal.hintAccountLink(row, reason),
  };
  return hints[kind]();
}

function noCounts(): SweepCounts {
  return { expected: 0, running: 0, missing: 0, onTheirWay: 0, stuck: 0, orphans: 0, overdue: 0, failed: 0 };
}

function emptySets(): Record<SweptKind, Set<number>> {
  return {
    ...{ classDate: new Set(), zoomConnection: new Set(), incident: new Set() },
    ...{ pushEndpoint: new Set(), accountLink: new Set() },
  };
}
