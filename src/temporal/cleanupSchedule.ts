import { ScheduleOverlapPolicy, type Client, type ScheduleDescription } from '@temporalio/client';
import { MINUTE_MS } from '../domain/clock';
import { QUEUES } from '../domain/queues';
import { ensureSchedule, type WantedSchedule } from './ensureSchedule';

export const CLEANUP_SCHEDULE_ID = 'cleanup';

const HOUR_MS = 60 * MINUTE_MS;

/** UTC; when few are at a door. */
const AT = { hour: 2, minute: 17 } as const;

const SCHEDULE = {
  scheduleId: CLEANUP_SCHEDULE_ID,
  spec: { calendars: [AT] },
  policies: {
    overlap: ScheduleOverlapPolicy.SKIP,
    // A night on which everything was down is made up for in the morning; a later one has the next night.
    catchupWindow: 12 * HOUR_MS,
  },
  action: {
    type: 'startWorkflow',
    workflowType: 'cleanup',
    workflowId: 'cleanup',
    taskQueue: QUEUES.classes,
    args: [],
    staticSummary: 'Clears away what is no longer needed',
    workflowRunTimeout: 12 * HOUR_MS,
  },
} as const satisfies WantedSchedule;

/** Makes sure that what is no longer needed is cleared away every night. */
export function ensureCleanupSchedule(client: Client): Promise<{ paused: boolean }> {
  return ensureSchedule(client, SCHEDULE, differs);
}

function differs({ spec, action }: ScheduleDescription): boolean {
  const { workflowType, taskQueue } = SCHEDULE.action;
  return !isNightly(spec) || action.workflowType !== workflowType || action.taskQueue !== taskQueue;
}

function isNightly({ calendars = [], intervals = [] }: ScheduleDescription['spec']): boolean {
  const [calendar] = calendars;
  if (!calendar || calendars.length > 1 || intervals.length > 0) return false;
  return calendar.hour?.[0]?.start === AT.hour && calendar.minute?.[0]?.start === AT.minute;
}
