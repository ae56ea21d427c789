import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { ClassLookActivities } from '../activities/classLook';
import type { MailActivities } from '../activities/mail';
import type { MeetingActivities } from '../activities/meetings';
import { QUEUES } from '../src/domain/queues';

/**
 * Every activity with its queue, time-outs and retries. None retries here: what failed is seen at the next look, and
 * how long to wait stands in MySQL rows. Heartbeats are what notices a dead worker.
 */
const ONCE = { maximumAttempts: 1 };

/** A look at the rows, in the workflow's own worker; a slow database must not hold a workflow task for longer. */
export const { lookAtClass } = proxyLocalActivities<ClassLookActivities>({
  startToCloseTimeout: '2 seconds',
  retry: ONCE,
});

/** Calls to Zoom: one request is at most 25 s, a token refresh before it 30 s, and saving comes on top. */
export const meetings = proxyActivities<MeetingActivities>({
  taskQueue: QUEUES.zoom,
  startToCloseTimeout: '3 minutes',
  heartbeatTimeout: '10 seconds',
  retry: ONCE,
});

/** A class's due mails; SMTP's own time-outs are far shorter. */
export const { sendMails } = proxyActivities<MailActivities>({
  taskQueue: QUEUES.mail,
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  retry: ONCE,
});
