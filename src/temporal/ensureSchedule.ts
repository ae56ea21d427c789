import { ScheduleAlreadyRunning, ScheduleNotFoundError } from '@temporalio/client';
import type { Client, ScheduleDescription, ScheduleOptions } from '@temporalio/client';

/** A schedule as it should be. */
export type WantedSchedule = Pick<ScheduleOptions, 'scheduleId' | 'spec' | 'policies' | 'state'> & {
  readonly action: Extract<ScheduleOptions['action'], { type: 'startWorkflow' }>;
};

/**
 * Makes sure that Temporal has a schedule as it stands here. Any number of workers may do this at once. One that somebody
 * has paused stays paused: that is the way to stop what does harm.
 *
 * @returns whether it is paused
 */
export async function ensureSchedule(
  { schedule }: Client,
  wanted: WantedSchedule,
  differs: (found: ScheduleDescription) => boolean,
): Promise<{ paused: boolean }> {
  const handle = schedule.getHandle(wanted.scheduleId);
  try {
    const found = await handle.describe();
    if (differs(found)) {
      await handle.update(({ state: { paused, note } }) => ({
        ...{ spec: wanted.spec, policies: wanted.policies ?? {}, action: wanted.action },
        state: { paused, ...(note === undefined ? {} : { note }) },
      }));
    }
    return { paused: found.state.paused };
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
  try {
    await schedule.create(wanted);
  } catch (error) {
    // Another worker was first.
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  return { paused: false };
}
