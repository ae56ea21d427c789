import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { addMinutes } from '../../src/domain/clock';
import type { ClassDate } from '../../src/models/ClassDate';
import { classDateWorkflowId } from '../../src/temporal/workflowIds';
import { buildUser } from '../factories/people';
import { bookHerd } from '../support/classHerd';
import { createNamespace } from '../support/namespace';
import { startProcessStack, type ProcessStack } from '../support/processStack';
import { print } from '../support/report';
import type { Verdict } from './invariants';

export const WIPED = { classes: 300 };
const DAY_MINUTES = 24 * 60;
const LATE_MS = 5 * 60_000;
const GIVE_UP_MS = 2 * LATE_MS;
const LOOK_MS = 500;

/**
 * Temporal's store is gone while everything is booked: the namespace that the workers come back to is empty, and knows
 * neither our search attributes nor the sweep's schedule. Every future class runs again within five minutes, once.
 */
export async function wipedStore(seed: number): Promise<Verdict> {
  const stack = await startProcessStack({ seed });
  try {
    const teachers = [await buildUser('teacher')];
    const opensAt = (index: number) => addMinutes(new Date(), DAY_MINUTES * (2 + (index % 60)));
    const booked = await bookHerd(stack.deps, { teachers, classes: WIPED.classes, recipients: 1, opensAt });
    const former = await stack.startWorker();
    for (const classDate of booked) await stack.deps.temporal.hintClassDate(classDate, 'booked');
    process.kill(-former.pid, 'SIGKILL');
    await former.exited;
    await stack.deps.db.query('UPDATE class_dates SET updated_at = TIMESTAMPADD(HOUR, -1, updated_at)');

    const empty = await createNamespace(stack.deps.config.temporal.address);
    const lostAt = Date.now();
    await stack.startWorker({ TEMPORAL_NAMESPACE: empty });
    const runs = await untilAllRun(stack, empty, booked);
    const tookMs = Date.now() - lostAt;
    print(
      `  ${WIPED.classes} classes were back after ${(tookMs / 1000).toFixed(1)} s, the start of the worker included`,
    );
    const ids = booked.map(classDateWorkflowId);
    const late = tookMs > LATE_MS ? 1 : 0;
    return {
      // Nothing is away that would explain a delay: what is late here has failed.
      lost: ids.filter((id) => !runs.includes(id)).length + late,
      doubled: runs.length - new Set(runs).size + runs.filter((id) => !ids.includes(id)).length,
      late,
    };
  } finally {
    await stack.close();
  }
}

async function untilAllRun(
  { deps }: ProcessStack,
  namespace: string,
  booked: readonly ClassDate[],
): Promise<readonly string[]> {
  const connection = await Connection.connect({ address: deps.config.temporal.address });
  try {
    const client = new Client({ connection, namespace });
    const query = "ExecutionStatus = 'Running' AND WorkflowType = 'classDate'";
    const deadline = Date.now() + GIVE_UP_MS;
    while (Date.now() < deadline && (await client.workflow.count(query)).count < booked.length) await sleep(LOOK_MS);
    const ids: string[] = [];
    for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
    return ids;
  } finally {
    await connection.close();
  }
}
