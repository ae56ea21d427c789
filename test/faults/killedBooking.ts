import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { ClassDate } from '../../src/models/ClassDate';
import { Incident } from '../../src/models/Incident';
import { WorkflowOutbox } from '../../src/models/WorkflowOutbox';
import { WorkflowSweep } from '../../src/models/WorkflowSweep';
import { paths } from '../../src/routes/paths';
import { classDateWorkflowId } from '../../src/temporal/workflowIds';
import { buildOrder } from '../factories/classes';
import { startProcessStack, type ProcessStack } from '../support/processStack';
import { print } from '../support/report';
import { signInByForm, type FormSession } from '../support/formSession';
import { startHeldProxy, type HeldProxy } from './heldProxy';
import type { Verdict } from './invariants';
import { randomFrom } from './killedWorker';

export const BOOKING_KILLS = 25;
/** A held call is given up after a second: up to then the web process is between its commit and the delivery. */
const HELD_MS = 900;
/** A delivery that goes through takes some milliseconds. */
const DELIVERY_MS = 40;
/** A booking takes about as long from the request to the commit. */
const BOOKING_MS = 120;
const QUIET_MS = 120_000;

/**
 * A web process is killed outright again and again at each point about the commit of a booking: before it, between it
 * and the call to Temporal, in the call, and after it. In the end those workflows run whose classes were committed, each
 * once, and no others; and the sweep had nothing to do with it.
 */
export async function killedBooking(seed: number): Promise<Verdict> {
  const stack = await startProcessStack({ seed });
  const proxy = await startHeldProxy(stack.deps.config.temporal.address);
  try {
    const random = randomFrom(seed);
    const order = await buildOrder();
    await stack.startWorker();
    const first = await stack.startWebProcess({ TEMPORAL_ADDRESS: proxy.address });
    const session = await signInByForm(stack, first.port);
    process.kill(-first.running.pid, 'SIGKILL');
    for (let kill = 0; kill < BOOKING_KILLS; kill += 1) {
      const web = await stack.startWebProcess({ TEMPORAL_ADDRESS: proxy.address });
      await killWhileBooking({ proxy, port: web.port, session, orderId: order.id, day: kill + 2 }, kill, random, () =>
        process.kill(-web.running.pid, 'SIGKILL'),
      );
      await web.running.exited;
    }
    return await count(stack);
  } finally {
    proxy.close();
    await stack.close();
  }
}

interface Booking {
  readonly proxy: HeldProxy;
  readonly port: number;
  readonly session: FormSession;
  readonly orderId: number;
  readonly day: number;
}

async function killWhileBooking(
  { proxy, port, session, orderId, day }: Booking,
  kill: number,
  random: () => number,
  strike: () => void,
): Promise<void> {
  const held = kill % 3 === 0;
  const early = kill % 3 === 1;
  proxy.pass(!held);
  const called = proxy.called();
  const date = new Date(Date.now() + day * 24 * 60 * 60_000).toISOString().slice(0, 10);
  const fields = { date, time: '10:00', timeZone: 'UTC', durationMinutes: '60' };
  const answer = session.submit(port, paths.orderClassDates(orderId), fields).catch(() => null);
  if (early) await sleep(random() * BOOKING_MS);
  else {
    await Promise.race([called, answer]);
    await sleep(random() * (held ? HELD_MS : DELIVERY_MS));
  }
  strike();
  await answer;
}

async function count(stack: ProcessStack): Promise<Verdict> {
  const deadline = Date.now() + QUIET_MS;
  while (Date.now() < deadline && (await WorkflowOutbox.count({ where: { deliveredAt: null } })) > 0) await sleep(200);
  const committed = await ClassDate.findAll();
  const runs = await running(stack);
  const told = await WorkflowOutbox.findAll();
  const byRelay = told.filter(({ leaseUntil, createdAt, deliveredAt }) => {
    return deliveredAt !== null && leaseUntil !== null && deliveredAt.getTime() - createdAt.getTime() > 5_000;
  }).length;
  print(
    `  ${BOOKING_KILLS} kills: ${committed.length} bookings committed, ${byRelay} of them told by the relay, ${runs.length} workflows run`,
  );
  const ids = committed.map(classDateWorkflowId);
  const swept = (await WorkflowSweep.sum('missing')) + (await Incident.count({ where: { cause: 'sweep_acted' } }));
  return {
    lost: ids.filter((id) => !runs.includes(id)).length + swept,
    doubled: runs.length - new Set(runs).size + runs.filter((id) => !ids.includes(id)).length,
    late: 0,
  };
}

/** The ids of the workflows that run, once a run. */
async function running({ deps, namespace }: ProcessStack): Promise<string[]> {
  const connection = await Connection.connect({ address: deps.config.temporal.address });
  try {
    const client = new Client({ connection, namespace });
    const ids: string[] = [];
    for await (const { workflowId } of client.workflow.list({
      query: "ExecutionStatus = 'Running' AND WorkflowType = 'classDate'",
    }))
      ids.push(workflowId);
    return ids;
  } finally {
    await connection.close();
  }
}
