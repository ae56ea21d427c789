import { ScheduleOverlapPolicy, type Client, type ScheduleDescription } from '@temporalio/client';
import { MINUTE_MS } from '../domain/clock';
import { QUEUES } from '../domain/queues';
import { ensureSchedule, type WantedSchedule } from './ensureSchedule';

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
} as const satisfies WantedSchedule;

/** Makes sure that Temporal has the sweep's schedule as it stands here. @returns whether somebody has paused it */
export function ensureSweepSchedule(client: Client): Promise<{ paused: boolean }> {
  return ensureSchedule(client, SCHEDULE, differs);
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
