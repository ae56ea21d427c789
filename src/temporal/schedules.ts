import { ScheduleNotFoundError, type Client } from '@temporalio/client';
import { CLEANUP_SCHEDULE_ID, ensureCleanupSchedule } from './cleanupSchedule';
import { ensureSweepSchedule, SWEEP_SCHEDULE_ID } from './sweepSchedule';

/** What happens by the clock alone, belonging to no class. */
export const SCHEDULES = [SWEEP_SCHEDULE_ID, CLEANUP_SCHEDULE_ID] as const;
export type ScheduleName = (typeof SCHEDULES)[number];

export interface ScheduleRow {
  readonly name: ScheduleName;
  /** A worker makes it within a minute of its start. */
  readonly exists: boolean;
  readonly paused: boolean;
  readonly lastRunAt: Date | null;
  readonly nextRunAt: Date | null;
}

export interface Schedules {
  /**
   * Makes sure of all of them, and of the search attributes without which what the sweep starts would stall: a store that was
   * lost has neither. Any number of workers may. @returns those that somebody has paused
   */
  ensure(): Promise<ScheduleName[]>;
  list(): Promise<ScheduleRow[]>;
  /** Has one run now, beside its hours. @returns false when there is no such schedule yet */
  run(name: ScheduleName): Promise<boolean>;
}

type Asked = <T>(call: () => Promise<T>) => Promise<T>;

/**
 * @param asked gives each call its time limit
 * @param makeReady makes the namespace know what our workflows need
 */
export function createSchedules(client: Client, asked: Asked, makeReady: () => Promise<void>): Schedules {
  return {
    ensure: async () => {
      await asked(makeReady);
      const sweep = await asked(() => ensureSweepSchedule(client));
      const cleanup = await asked(() => ensureCleanupSchedule(client));
      const standing = { sweep, cleanup };
      return SCHEDULES.filter((name) => standing[name].paused);
    },
    list: async () => {
      const rows: ScheduleRow[] = [];
      // One after the other: where Temporal does not answer, nothing may go on asking once the first has said so.
      for (const name of SCHEDULES) rows.push(await asked(() => describe(client, name)));
      return rows;
    },
    run: async (name) => {
      try {
        await asked(() => client.schedule.getHandle(name).trigger());
        return true;
      } catch (error) {
        if (error instanceof ScheduleNotFoundError) return false;
        throw error;
      }
    },
  };
}

async function describe({ schedule }: Client, name: ScheduleName): Promise<ScheduleRow> {
  try {
    const { state, info } = await schedule.getHandle(name).describe();
    const lastRunAt = info.recentActions.at(-1)?.takenAt ?? null;
    return { name, exists: true, paused: state.paused, lastRunAt, nextRunAt: info.nextActionTimes[0] ?? null };
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    return { name, exists: false, paused: false, lastRunAt: null, nextRunAt: null };
  }
}
