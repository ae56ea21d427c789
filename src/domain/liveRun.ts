/** One stay in a meeting that nobody has told us the end of. */
export interface OpenStay {
  /** who it is, as surely as we know: the same for every device and every return of one person */
  readonly personKey: string;
  readonly passId: number | null;
  /** by a pass that is good still */
  readonly isExpected: boolean;
  readonly isHost: boolean;
  readonly name: string;
  readonly joinedAt: Date;
}

/** One run of a class's meeting, and who has come in and not gone. */
export interface LiveRun {
  readonly id: number;
  /** as Zoom said; where that was lost, the first time somebody came in */
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly stays: readonly OpenStay[];
}

export interface PersonInside {
  readonly passId: number | null;
  readonly isExpected: boolean;
  readonly isHost: boolean;
  readonly name: string;
  readonly since: Date;
}

/** Zoom lets a meeting run once at a time: only the run that started last can still go on, whatever ends were lost. */
export function runningRun(runs: readonly LiveRun[]): LiveRun | null {
  let latest: LiveRun | null = null;
  for (const run of runs) {
    if (run.startedAt !== null && (latest?.startedAt ?? new Date(0)) <= run.startedAt) latest = run;
  }
  return latest?.endedAt === null ? latest : null;
}

/** Whether that run may go on: it is the running one, or nobody knows when it began, or it has not been told of at all. */
export function mayGoOn(runId: number | null, runs: readonly LiveRun[]): boolean {
  const run = runs.find(({ id }) => id === runId);
  if (!run) return true;
  return run.endedAt === null && (run.startedAt === null || run === runningRun(runs));
}

/** Whoever is in with several devices, or came back before their going was told, counts once: since they first came. */
export function whoIsInside(run: LiveRun | null): PersonInside[] {
  const people = new Map<string, PersonInside>();
  for (const { personKey, joinedAt, ...person } of run?.stays ?? []) {
    const known = people.get(personKey);
    const since = known && known.since < joinedAt ? known.since : joinedAt;
    people.set(personKey, { ...person, since });
  }
  return [...people.values()].sort(
    (one, other) => one.since.getTime() - other.since.getTime() || one.name.localeCompare(other.name),
  );
}
