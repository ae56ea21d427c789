import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { percentile } from '../support/report';
import { inBatches } from '../support/inBatches';

const STARTS_AT_ONCE = 20;

export interface HerdFloor {
  /** ms after the due instant */
  readonly firstStepP99: number;
  readonly lastStepDone: number;
}

function createNoopActivities(lateness: Map<number, number[]>) {
  return {
    step: ({ number, dueAt }: { number: number; dueAt: number }): Promise<void> => {
      const known = lateness.get(number) ?? [];
      lateness.set(number, [...known, Date.now() - dueAt]);
      return Promise.resolve();
    },
  };
}

export type NoopActivities = ReturnType<typeof createNoopActivities>;

/** Measures the floor: so many workflows that sleep to one instant, then four activities that do nothing. */
export async function runNoopHerd(address: string, count: number, leadMs: number): Promise<HerdFloor> {
  const lateness = new Map<number, number[]>();
  const taskQueue = `noop-${randomUUID()}`;
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const native = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowsPath: require.resolve('./noopWorkflows'),
    activities: createNoopActivities(lateness),
    maxConcurrentWorkflowTaskExecutions: 100,
    maxCachedWorkflows: 100,
  });
  const running = worker.run();
  const dueAt = Date.now() + leadMs;
  const handles = await inBatches(count, STARTS_AT_ONCE, (index) =>
    client.workflow.start('noopHerd', { workflowId: `${taskQueue}-${index}`, taskQueue, args: [{ dueAt }] }),
  );
  if (Date.now() > dueAt) throw new Error(`Starting ${count} workflows took longer than ${leadMs} ms; give more lead.`);
  await Promise.all(handles.map((handle) => handle.result()));
  worker.shutdown();
  await running;
  await native.close();
  await connection.close();
  return {
    firstStepP99: percentile(lateness.get(1) ?? [], 0.99),
    lastStepDone: Math.max(...(lateness.get(4) ?? [])),
  };
}
