import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import type { Config } from '../config/loadConfig';
import type { Logger } from '../observability/logger';
import { QUEUES } from '../domain/queues';
import type { SweptKind } from '../domain/sweep';
import { createRuns, type Runs } from './runs';
import { createSchedules, type Schedules } from './schedules';
import { ensureSearchAttributes } from './searchAttributes';
import { inspectNamespace, type Inspection } from './inspection';
import {
  accountLinkWorkflowId,
  classDateWorkflowId,
  incidentWorkflowId,
  pushEndpointWorkflowId,
  zoomConnectionWorkflowId,
} from './workflowIds';

/** A row that has a workflow of its own. */
interface RowRef {
  readonly id: number;
  readonly randomKey: string;
}

/** The only way to start or signal a workflow. */
export interface Temporal {
  /**
   * Makes sure the class date's workflow runs and looks again. A hint says nothing that is not in MySQL: a run that
   * finds nothing to do ends at once, so hinting is always safe.
   *
   * @param reason a few words for the person who reads the history, never data
   * @param withinMs how long the server may take
   */
  hintClassDate(classDate: RowRef, reason: string, withinMs?: number): Promise<void>;
  /** The same for an incident's workflow. */
  hintIncident(incident: RowRef, reason: string, withinMs?: number): Promise<void>;
  /** The same for the workflow of a teacher's connection. */
  hintConnection(connection: RowRef, reason: string, withinMs?: number): Promise<void>;
  /** The same for the workflow of an endpoint that events are pushed to. */
  hintPushEndpoint(endpoint: RowRef, reason: string, withinMs?: number): Promise<void>;
  /** The same for the workflow that mails a link to choose a password by. */
  hintAccountLink(link: RowRef, reason: string, withinMs?: number): Promise<void>;
  readonly runs: Runs;
  readonly schedules: Schedules;
  /** How the namespace stands with what our workflows need. */
  inspect(): Promise<Inspection>;
  /** Throws when the server does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}

const CALL_TIMEOUT_MS = 5_000;

/** Left alone, gRPC looks for a server that went away every two minutes only. */
const RECONNECT_MS = 5_000;

export function temporalConnectionOptions({ temporal }: Config): ConnectionOptions {
  return {
    address: temporal.address,
    tls: temporal.tls || temporal.apiKey !== undefined,
    channelArgs: { 'grpc.max_reconnect_backoff_ms': RECONNECT_MS },
    ...(temporal.apiKey === undefined ? {} : { apiKey: temporal.apiKey }),
  };
}

interface Hinted {
  readonly type: SweptKind;
  readonly workflowId: string;
  readonly input: object;
  readonly summary: string;
}

/** The workflow of each kind of row. */
const HINTED: Readonly<Record<SweptKind, (row: RowRef) => Hinted>> = {
  classDate: (row) => ({
    ...{ type: 'classDate', workflowId: classDateWorkflowId(row) },
    ...{ input: { classDateId: row.id }, summary: `Class date ${row.id}` },
  }),
  incident: (row) => ({
    ...{ type: 'incident', workflowId: incidentWorkflowId(row) },
    ...{ input: { incidentId: row.id }, summary: `Incident ${row.id}` },
  }),
  zoomConnection: (row) => ({
    ...{ type: 'zoomConnection', workflowId: zoomConnectionWorkflowId(row) },
    ...{ input: { connectionId: row.id }, summary: `Zoom connection ${row.id}` },
  }),
  pushEndpoint: (row) => ({
    ...{ type: 'pushEndpoint', workflowId: pushEndpointWorkflowId(row) },
    ...{ input: { endpointId: row.id }, summary: `Pushed events, endpoint ${row.id}` },
  }),
  accountLink: (row) => ({
    ...{ type: 'accountLink', workflowId: accountLinkWorkflowId(row) },
    ...{ input: { accountLinkId: row.id }, summary: `Account link ${row.id}` },
  }),
};

export function createTemporal(config: Config, logger: Logger): Temporal {
  const connection = Connection.lazy(temporalConnectionOptions(config));
  const client = new Client({ connection, namespace: config.temporal.namespace });
  const asked = <T>(call: () => Promise<T>) => connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, call);
  const hint = async ({ type, workflowId, input, summary }: Hinted, reason: string, withinMs = CALL_TIMEOUT_MS) => {
    await connection.withDeadline(Date.now() + withinMs, () =>
      client.workflow.signalWithStart(type, {
        workflowId,
        taskQueue: QUEUES.classes,
        args: [input],
        signal: 'lookAgain',
        signalArgs: [reason],
        staticSummary: summary,
      }),
    );
    logger.debug({ workflowId, reason }, 'workflow hinted');
  };
  return {
    hintClassDate: (row, ...how) => hint(HINTED.classDate(row), ...how),
    hintIncident: (row, ...how) => hint(HINTED.incident(row), ...how),
    hintConnection: (row, ...how) => hint(HINTED.zoomConnection(row), ...how),
    hintPushEndpoint: (row, ...how) => hint(HINTED.pushEndpoint(row), ...how),
    hintAccountLink: (row, ...how) => hint(HINTED.accountLink(row), ...how),
    runs: createRuns(connection, client),
    schedules: createSchedules(client, asked, () => ensureSearchAttributes(connection, config.temporal.namespace)),
    inspect: () => asked(() => inspectNamespace(connection, config.temporal.namespace)),
    check: async () => {
      await asked(() => connection.workflowService.getSystemInfo({}));
    },
    close: () => connection.close(),
  };
}
