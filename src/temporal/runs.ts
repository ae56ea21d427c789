import type { Client, Connection } from '@temporalio/client';
import { tsToDate } from '@temporalio/common/lib/time';
import { SWEPT_KINDS, type Run } from '../domain/sweep';
import { readWorkflowId } from './workflowIds';

type Response = Awaited<ReturnType<Connection['workflowService']['listWorkflowExecutions']>>;
type Listed = Response['executions'][number];

/** What the sweep asks of Temporal, and does there. */
export interface Runs {
  /** Every running workflow of a row, a page at a time: one listing, because the server answers few of them a second. */
  pages(pageSize?: number): AsyncGenerator<readonly Run[]>;
  /** Asked again of one that the list shows with problems, because the list lags behind. */
  isStuck(run: Run): Promise<boolean>;
  /** Ends a run at once, whatever it is at. One that has ended is fine. */
  terminate(run: Run, reason: string): Promise<void>;
}

/** The most that a server gives by default. */
const PAGE_SIZE = 1_000;
const CALL_TIMEOUT_MS = 10_000;

const TYPES = SWEPT_KINDS.map((kind) => `'${kind}'`).join(', ');
const RUNNING = `ExecutionStatus = 'Running' AND WorkflowType IN (${TYPES})`;

/** The server sets it once a run's tasks have failed five times on end, and takes it away when one goes well. */
const PROBLEMS = 'TemporalReportedProblems';
/** A task that goes well is at its first attempt. */
const STUCK_ATTEMPTS = 3;

export function createRuns(connection: Connection, client: Client): Runs {
  const { namespace } = client.options;
  const withDeadline = <T>(call: () => Promise<T>) => connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, call);
  return {
    pages: async function* (pageSize = PAGE_SIZE) {
      let nextPageToken: Uint8Array = new Uint8Array();
      do {
        const request = { namespace, query: RUNNING, pageSize, nextPageToken };
        const page: Response = await withDeadline(() => connection.workflowService.listWorkflowExecutions(request));
        yield page.executions.flatMap((listed) => readRun(listed) ?? []);
        nextPageToken = page.nextPageToken;
      } while (nextPageToken.length > 0);
    },
    isStuck: async ({ workflowId, runId }) => {
      const execution = { workflowId, runId };
      const { pendingWorkflowTask } = await withDeadline(() =>
        connection.workflowService.describeWorkflowExecution({ namespace, execution }),
      );
      return (pendingWorkflowTask?.attempt ?? 0) >= STUCK_ATTEMPTS;
    },
    terminate: async ({ workflowId, runId }, reason) => {
      try {
        await withDeadline(() => client.workflow.getHandle(workflowId, runId).terminate(reason));
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'WorkflowNotFoundError') throw error;
      }
    },
  };
}

function readRun({ execution, startTime, searchAttributes }: Listed): Run | null {
  const { workflowId, runId } = execution ?? {};
  const named = readWorkflowId(workflowId ?? '');
  if (!named || !workflowId || !runId || !startTime) return null;
  const problems = searchAttributes?.indexedFields?.[PROBLEMS]?.data;
  const hasProblems = problems ? Buffer.from(problems).toString().includes('category=') : false;
  return { ...named, workflowId, runId, startedAt: tsToDate(startTime), hasProblems };
}
