import { Connection } from '@temporalio/client';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createAccountLinkLookActivities, createAccountMailActivities } from '../../activities/accountLinks';
import { createClassLookActivities } from '../../activities/classLook';
import { createCleanupActivities } from '../../activities/cleanup';
import { createConnectionActivities, createConnectionLookActivities } from '../../activities/connections';
import {
  createIncidentLookActivities,
  createIncidentMailActivities,
  createIncidentProbeActivities,
} from '../../activities/incidents';
import { createMailActivities } from '../../activities/mail';
import { createMeetingActivities } from '../../activities/meetings';
import { createPushActivities, createPushLookActivities } from '../../activities/pushes';
import { createSweepActivities } from '../../activities/sweep';
import type { Deps } from '../deps';
import { QUEUES } from '../domain/queues';
import { plainFailures } from './plainFailures';
import { createRoomsFirst, type RoomsFirst } from './roomsFirst';
import { ensureSearchAttributes } from './searchAttributes';
import { temporalConnectionOptions } from './temporal';
import { workflowCode } from './workflowCode';

/** As many as open on one hour: building one again from its history costs more than its look (some 80 KB each). */
const MAX_CACHED_WORKFLOWS = 1_000;

/**
 * Classes start on the hour together. A workflow task that waits for a slot waits at the server, without limit; one that
 * has been taken and is not done in 10 s times out and is done again. So: few at once.
 */
const WORKFLOW_SLOTS = 20;

/** Looks have 2 s each: as many at once as the database pool can serve, so that in a herd they queue here and not there. */
const LOOK_SLOTS = 16;

/** Zoom's limits are per account and kept by rows; this is only the fuse against a loop of ours. */
const ZOOM_CALLS_PER_SECOND = 500;

/** Most of a step's time is spent waiting for Zoom. */
const ZOOM_SLOTS = 50;

/** Each is one call to Zoom's token endpoint or a probe; there are as many as teachers, spread over the day. */
const CONNECTION_SLOTS = 10;

/** A few classes' mails keep the mail server's connections busy; more would only take the event loop from the rooms. */
const MAIL_SLOTS = 4;

/** Each calls one endpoint, and mostly waits for it. */
const PUSH_SLOTS = 20;

/** On SIGTERM a step may finish: longer than a call to Zoom or a mail may take, shorter than the container's grace. */
const SHUTDOWN = { shutdownGraceTime: '45 seconds', shutdownForceTime: '55 seconds' } as const;

/**
 * Left alone, the SDK holds heartbeats back until 80 % of their time-out has passed; in a herd that leaves a busy event
 * loop 2 s before a live worker counts as dead.
 */
const HEARTBEATS = { maxHeartbeatThrottleInterval: '3 seconds' } as const;

/** The part of the worker options that says where workflow code comes from; tests hand in a bundle made once. */
type WorkflowCode = Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'>;

/** One Worker a queue, all on the given connection. */
export async function createWorkers(
  deps: Deps,
  connection: NativeConnection,
  code: WorkflowCode = workflowCode(),
): Promise<Worker[]> {
  const { namespace } = deps.config.temporal;
  const interceptors = { activity: [plainFailures(deps.logger)] };
  const options = { connection, namespace, ...SHUTDOWN, ...HEARTBEATS, interceptors };
  return Promise.all(queueOptions(deps, code).map((own) => Worker.create({ ...options, ...own })));
}

/** What each queue's Worker carries out, and how much of it at once. */
function queueOptions(deps: Deps, code: WorkflowCode): (Pick<WorkerOptions, 'taskQueue'> & Partial<WorkerOptions>)[] {
  const roomsFirst = createRoomsFirst();
  return [
    {
      ...code,
      taskQueue: QUEUES.classes,
      activities: {
        ...createClassLookActivities(deps),
        ...createIncidentLookActivities(),
        ...createConnectionLookActivities(deps),
        ...createPushLookActivities(deps),
        ...createAccountLinkLookActivities(),
      },
      maxCachedWorkflows: MAX_CACHED_WORKFLOWS,
      maxConcurrentWorkflowTaskExecutions: WORKFLOW_SLOTS,
      maxConcurrentLocalActivityExecutions: LOOK_SLOTS,
    },
    {
      taskQueue: QUEUES.zoom,
      activities: createMeetingActivities(deps, roomsFirst),
      maxConcurrentActivityTaskExecutions: ZOOM_SLOTS,
      maxTaskQueueActivitiesPerSecond: ZOOM_CALLS_PER_SECOND,
    },
    {
      taskQueue: QUEUES.connections,
      activities: {
        ...createConnectionActivities(deps),
        ...createIncidentProbeActivities(deps),
        ...createSweepActivities(deps),
        ...createCleanupActivities(deps),
      },
      maxConcurrentActivityTaskExecutions: CONNECTION_SLOTS,
    },
    {
      taskQueue: QUEUES.mail,
      activities: mailActivities(deps, roomsFirst),
      maxConcurrentActivityTaskExecutions: MAIL_SLOTS,
    },
    {
      taskQueue: QUEUES.pushes,
      activities: createPushActivities(deps),
      maxConcurrentActivityTaskExecutions: PUSH_SLOTS,
    },
  ];
}

function mailActivities(deps: Deps, roomsFirst: RoomsFirst) {
  return {
    ...createMailActivities(deps, roomsFirst),
    ...createIncidentMailActivities(deps),
    ...createAccountMailActivities(deps),
  };
}

/** Connects, and makes the namespace ready for our workflows. */
export async function connectWorker(deps: Deps): Promise<NativeConnection> {
  const options = temporalConnectionOptions(deps.config);
  const connection = await Connection.connect(options);
  try {
    await ensureSearchAttributes(connection, deps.config.temporal.namespace);
  } finally {
    await connection.close();
  }
  return NativeConnection.connect({
    address: deps.config.temporal.address,
    tls: options.tls ?? false,
    ...(deps.config.temporal.apiKey === undefined ? {} : { apiKey: deps.config.temporal.apiKey }),
  });
}
