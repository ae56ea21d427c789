import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import type { Config } from '../config/loadConfig';
import type { Logger } from '../observability/logger';
import { QUEUES } from '../domain/queues';
import { classDateWorkflowId, incidentWorkflowId, zoomConnectionWorkflowId } from './workflowIds';

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
   */
  hintClassDate(classDate: RowRef, reason: string): Promise<void>;
  /** The same for an incident's workflow. */
  hintIncident(incident: RowRef, reason: string): Promise<void>;
  /** The same for the workflow of a teacher's connection. */
  hintConnection(connection: RowRef, reason: string): Promise<void>;
  /** Throws when the server does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}

const CALL_TIMEOUT_MS = 5_000;

export function temporalConnectionOptions({ temporal }: Config): ConnectionOptions {
  return {
    address: temporal.address,
    tls: temporal.tls || temporal.apiKey !== undefined,
    ...(temporal.apiKey === undefined ? {} : { apiKey: temporal.apiKey }),
  };
}

export function createTemporal(config: Config, logger: Logger): Temporal {
  const connection = Connection.lazy(temporalConnectionOptions(config));
  const client = new Client({ connection, namespace: config.temporal.namespace });
  const withDeadline = <T>(call: () => Promise<T>) => connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, call);
  const hint = async (type: string, workflowId: string, input: object, staticSummary: string, reason: string) => {
    await withDeadline(() =>
      client.workflow.signalWithStart(type, {
        workflowId,
        taskQueue: QUEUES.classes,
        args: [input],
        signal: 'lookAgain',
        signalArgs: [reason],
        staticSummary,
      }),
    );
    logger.debug({ workflowId, reason }, 'workflow hinted');
  };
  return {
    hintClassDate: (classDate, reason) => {
      const input = { classDateId: classDate.id };
      return hint('classDate', classDateWorkflowId(classDate), input, `Class date ${classDate.id}`, reason);
    },
    hintIncident: (incident, reason) => {
      const input = { incidentId: incident.id };
      return hint('incident', incidentWorkflowId(incident), input, `Incident ${incident.id}`, reason);
    },
    hintConnection: (connection, reason) => {
      const input = { connectionId: connection.id };
      const summary = `Zoom connection ${connection.id}`;
      return hint('zoomConnection', zoomConnectionWorkflowId(connection), input, summary, reason);
    },
    check: async () => {
      await withDeadline(() => connection.workflowService.getSystemInfo({}));
    },
    close: () => connection.close(),
  };
}
