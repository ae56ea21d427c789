import { QueryTypes } from 'sequelize';
import { sqlInstant } from '../db/sqlInstant';
import type { Deps } from '../deps';
import { addMinutes } from '../domain/clock';
import { rederiveClassTimes } from './rederiveClassTimes';

const WORK = 'class times';
const DAY_MINUTES = 24 * 60;

/** What it came to: `left` begin too soon to be moved without a person's word. */
export interface DailyRederived {
  readonly checked: number;
  readonly moved: number;
  readonly left: number;
}

/**
 * Compares the class times with the rules of their zones, once a day however often it is asked. Only what went through
 * counts as done; two at once do no harm.
 *
 * @returns null when it was done within the last day
 */
export async function rederiveDaily(deps: Deps): Promise<DailyRederived | null> {
  const now = deps.clock.now();
  const [done] = await deps.db.query<{ name: string }>(
    'SELECT name FROM daily_work WHERE name = :name AND done_at > :dayAgo',
    {
      type: QueryTypes.SELECT,
      replacements: { name: WORK, dayAgo: sqlInstant(addMinutes(now, -DAY_MINUTES)) },
    },
  );
  if (done) return null;
  const { checked, classes } = await rederiveClassTimes(deps, { dryRun: false });
  await deps.db.query(
    'INSERT INTO daily_work (name, done_at) VALUES (:name, :now) ON DUPLICATE KEY UPDATE done_at = :now',
    { type: QueryTypes.INSERT, replacements: { name: WORK, now: sqlInstant(now) } },
  );
  const moved = classes.filter((found) => found.moved).length;
  return { checked, moved, left: classes.length - moved };
}
