import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { AccountLinkLookActivities, AccountMailActivities } from '../activities/accountLinks';
import type { ClassLookActivities } from '../activities/classLook';
import type { CleanupActivities } from '../activities/cleanup';
import type { ConnectionActivities, ConnectionLookActivities } from '../activities/connections';
import type { IncidentLookActivities, IncidentMailActivities, IncidentProbeActivities } from '../activities/incidents';
import type { MailActivities } from '../activities/mail';
import type { MeetingActivities } from '../activities/meetings';
import type { PushActivities, PushLookActivities } from '../activities/pushes';
import type { SweepActivities } from '../activities/sweep';
import { QUEUES } from '../src/domain/queues';

/**
 * Every activity with its queue, time-outs and retries. None but the cleanup retries here: what failed is seen at the next
 * look, and how long to wait stands in MySQL rows. Heartbeats are what notices a dead worker.
 */
const ONCE = { maximumAttempts: 1 };

/** A look at the rows, in the workflow's own worker; a slow database must not hold a workflow task for longer. */
export const { lookAtClass, lookAtIncident, lookAtConnection, lookAtPushEndpoint, lookAtAccountLink } =
  proxyLocalActivities<
    ClassLookActivities &
      IncidentLookActivities &
      ConnectionLookActivities &
      PushLookActivities &
      AccountLinkLookActivities
  >({
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

/** Looking whether trouble is over: one call to Zoom or to the mail server. */
export const incidentProbes = proxyActivities<IncidentProbeActivities>({
  taskQueue: QUEUES.connections,
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  retry: ONCE,
});

/** An incident's due mails: a few. */
export const incidentMails = proxyActivities<IncidentMailActivities>({
  taskQueue: QUEUES.mail,
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  retry: ONCE,
});

/** The mail that carries a link to choose a password by, or says that it was used: one or two. */
export const accountMails = proxyActivities<AccountMailActivities>({
  taskQueue: QUEUES.mail,
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  retry: ONCE,
});

/** Renewing a token: two token calls of 30 s each, and saving. */
export const connections = proxyActivities<ConnectionActivities>({
  taskQueue: QUEUES.connections,
  startToCloseTimeout: '3 minutes',
  heartbeatTimeout: '10 seconds',
  retry: ONCE,
});

/** An endpoint's due events, for some seconds; two calls of 15 s each may come on top. */
export const { pushDueEvents } = proxyActivities<PushActivities>({
  taskQueue: QUEUES.pushes,
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  retry: ONCE,
});

/** The sweep: pages and batches, each with a heartbeat; shorter than the time between two sweeps. */
export const sweepSteps = proxyActivities<SweepActivities>({
  taskQueue: QUEUES.connections,
  startToCloseTimeout: '4 minutes',
  heartbeatTimeout: '20 seconds',
  retry: ONCE,
});

/** Clearing away: small statements, thousands of them after a long pause. A worker that dies leaves it to another one. */
export const cleanupSteps = proxyActivities<CleanupActivities>({
  taskQueue: QUEUES.connections,
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '1 minute', maximumAttempts: 5 },
});
