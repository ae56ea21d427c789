import { HARD_CAP_MINUTES, classTimes, type ClassSchedule } from './classTimes';
import { isOver, type ClassState } from './classStates';
import { addMinutes, later, MINUTE_MS } from './clock';

/** The workflows that belong to a row of MySQL; each is named like its workflow. */
export const SWEPT_KINDS = ['classDate', 'zoomConnection', 'incident', 'pushEndpoint', 'accountLink'] as const;
export type SweptKind = (typeof SWEPT_KINDS)[number];

/** A workflow that Temporal says is running. */
export interface Run {
  readonly workflowId: string;
  readonly runId: string;
  readonly kind: SweptKind;
  /** the row its id names */
  readonly rowId: number;
  readonly randomKey: string;
  readonly startedAt: Date;
  /** The server has seen its tasks fail, one after the other: after a release that it cannot follow, say. */
  readonly hasProblems: boolean;
}

/**
 * Temporal's list lags behind what happens, and what was changed just now has its hint on the way: neither is judged
 * before so long has passed.
 */
export const YOUNG_MS = MINUTE_MS;

/** @param rowKey the random key of the row that the run's id names; null when there is no such row */
export function judgeRun({ randomKey, startedAt, hasProblems }: Run, rowKey: string | null, now: Date) {
  if (randomKey !== rowKey) return isYoung(startedAt, now) ? 'fine' : 'orphan';
  return hasProblems ? 'stuck' : 'fine';
}

/** A row whose workflow should run, since there is work left for it. */
export interface SweptRow {
  readonly id: number;
  readonly randomKey: string;
  readonly changedAt: Date;
}

/** @param hinted a hint to its workflow is on its way, so that it is about to be started without the sweep */
export function judgeRow({ changedAt }: SweptRow, { runs, hinted }: { runs: boolean; hinted: boolean }, now: Date) {
  if (runs) return 'running';
  if (isYoung(changedAt, now)) return 'young';
  return hinted ? 'onTheirWay' : 'missing';
}

function isYoung(since: Date, now: Date): boolean {
  return now.getTime() - since.getTime() < YOUNG_MS;
}

export interface SweptClass {
  readonly state: ClassState;
  readonly endedAt: Date | null;
  readonly nextAttemptAt: Date | null;
  readonly schedule: ClassSchedule;
}

/** So much later than planned is too late, and not only slow. */
const LONG_MINUTES = 10;

/**
 * Whether a class should have been settled long since, and waits for nothing that would explain it. Coarser than what is
 * overdue for whoever watches (src/domain/overdue.ts): it is asked of every class at each sweep, so it rests on the class's
 * own row alone, and a hint too many does no harm, while nobody is called for it.
 */
export function isLongOver({ state, endedAt, nextAttemptAt, schedule }: SweptClass, now: Date): boolean {
  if (isOver(state)) return false;
  if (nextAttemptAt !== null && now < addMinutes(nextAttemptAt, LONG_MINUTES)) return false;
  const { endsAt } = classTimes(schedule);
  const overAt = state === 'live' ? addMinutes(endsAt, HARD_CAP_MINUTES) : later(endsAt, endedAt);
  return now > addMinutes(overAt, schedule.settleMinutes + LONG_MINUTES);
}
