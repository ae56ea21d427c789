import { ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Client, ScheduleDescription, ScheduleOptions } from '@temporalio/client';
import { MINUTE_MS } from '../domain/clock';
import { QUEUES } from '../domain/queues';

export const SWEEP_SCHEDULE_ID = 'sweep';

const EVERY_MS = 5 * MINUTE_MS;

const POLICIES = {
  // One at a time; the next one sees what this one would have.
  overlap: ScheduleOverlapPolicy.SKIP,
  // A sweep that was missed is not made up for: each looks at everything.
  catchupWindow: MINUTE_MS,
} as const;

const SCHEDULE = {
  scheduleId: SWEEP_SCHEDULE_ID,
  spec: { intervals: [{ every: EVERY_MS }] },
  policies: POLICIES,
  action: {
    type: 'startWorkflow',
    workflowType: 'sweep',
    workflowId: 'sweep',
    taskQueue: QUEUES.classes,
    args: [],
    staticSummary: 'Compares class dates with running workflows',
    // One that cannot go on (a release it cannot follow, say) must not keep all later ones from starting.
    workflowRunTimeout: 2 * EVERY_MS,
  },
  // A store that was wiped has lost more than this schedule.
  state: { triggerImmediately: true },
} as const satisfies ScheduleOptions;

/**
 * Makes sure that Temporal has the sweep's schedule as it stands here. Any number of workers may do this at once. One that
 * somebody has paused stays paused: that is the way to stop the sweep while it does harm.
 *
 * @returns whether it is paused
 */
export async function ensureSweepSchedule({ schedule }: Client): Promise<{ paused: boolean }> {
  const handle = schedule.getHandle(SWEEP_SCHEDULE_ID);
  try {
    const found = await handle.describe();
    if (differs(found)) {
      await handle.update(({ state: { paused, note } }) => ({
        ...{ spec: SCHEDULE.spec, policies: SCHEDULE.policies, action: SCHEDULE.action },
        state: { paused, ...(note === undefined ? {} : { note }) },
      }));
    }
    return { paused: found.state.paused };
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
  try {
    await schedule.create(SCHEDULE);
  } catch (error) {
    // Another worker was first.
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  return { paused: false };
}

function differs({ spec, policies, action }: ScheduleDescription): boolean {
  const [interval, ...more] = spec.intervals ?? [];
  return (
    interval?.every !== EVERY_MS ||
    more.length > 0 ||
    (spec.calendars ?? []).length > 0 ||
    policies.overlap !== POLICIES.overlap ||
    policies.catchupWindow !== POLICIES.catchupWindow ||
    action.workflowType !== SCHEDULE.action.workflowType ||
    action.taskQueue !== SCHEDULE.action.taskQueue
  );
}
