import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import type { Config } from '../config/loadConfig';
import type { Logger } from '../observability/logger';
import { QUEUES } from '../domain/queues';
import { classDateWorkflowId } from './workflowIds';

interface ClassDateRef {
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
  hintClassDate(classDate: ClassDateRef, reason: string): Promise<void>;
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
  return {
    hintClassDate: async (classDate, reason) => {
      const workflowId = classDateWorkflowId(classDate);
      await withDeadline(() =>
        client.workflow.signalWithStart('classDate', {
          workflowId,
          taskQueue: QUEUES.classes,
          args: [{ classDateId: classDate.id }],
          signal: 'lookAgain',
          signalArgs: [reason],
          staticSummary: `Class date ${classDate.id}`,
        }),
      );
      logger.debug({ workflowId, reason }, 'workflow hinted');
    },
    check: async () => {
      await withDeadline(() => connection.workflowService.getSystemInfo({}));
    },
    close: () => connection.close(),
  };
}
