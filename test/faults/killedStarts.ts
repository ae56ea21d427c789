import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { addMinutes } from '../../src/domain/clock';
import { ClassDate } from '../../src/models/ClassDate';
import { WorkflowOutbox } from '../../src/models/WorkflowOutbox';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { buildClassDate } from '../factories/classes';
import { buildMeeting } from '../factories/meetings';
import { eventually } from '../support/eventually';
import { startProcessStack, type ProcessStack } from '../support/processStack';
import { print } from '../support/report';
import { startHeldProxy } from './heldProxy';
import type { Verdict } from './invariants';
import { countByRelay } from './judgeTold';
import { randomFrom } from './killedWorker';
import { streamThroughKills, type Door } from './streamThroughKills';

export const START_KILLS = 50;
/** So many come before each kill. */
const STARTS_EACH = 4;
const STARTS = START_KILLS * STARTS_EACH;
/** A held call is given up after a second: up to then the web process is between its commit and the delivery. */
const HELD_MS = 900;
/** By then one of the starts has led to a call, however busy the machine is. */
const CALL_MS = 30_000;
/** Less than the ten seconds after which the relay takes a row. */
const WORKERS_OWN_MS = 1_500;
const QUIET_MS = 120_000;

/**
 * The starts of many classes' meetings, which their workflows have to hear of, stream in, and each time the web process is
 * killed between the commit of some and their delivery. In the end each class is live, each start is in the log once, and
 * each workflow has been told: of what was left, by the relay.
 */
export async function killedStarts(seed: number): Promise<Verdict> {
  const stack = await startProcessStack({ seed });
  const proxy = await startHeldProxy(stack.deps.config.temporal.address);
  try {
    const random = randomFrom(seed);
    const bodies = await buildStarts(stack);
    await stack.startWorker();
    proxy.pass(false);
    const door: Door = { port: 0, taken: 0, limit: 0, sent: 0 };
    const left = new Set<number>();
    let between = 0;
    await streamThroughKills(bodies, {
      door,
      kills: START_KILLS,
      start: () => stack.startWebProcess({ TEMPORAL_ADDRESS: proxy.address }),
      moment: async () => {
        const called = proxy.called();
        door.limit += STARTS_EACH;
        await Promise.race([called, sleep(CALL_MS, undefined, { ref: false })]);
        await sleep(random() * HELD_MS);
      },
      after: async () => {
        const before = left.size;
        for (const id of await wordsLeft()) left.add(id);
        if (left.size > before) between += 1;
        proxy.pass(door.taken >= STARTS);
      },
    });
    print(`  ${START_KILLS} kills, ${between} of them between the commit of a start and its delivery`);
    const verdict = await count(stack, door, [...left]);
    // What did not come about proves nothing.
    return { ...verdict, lost: verdict.lost + START_KILLS - between };
  } finally {
    proxy.close();
    await stack.close();
  }
}

/** What a worker writes, who takes over from the killed process, it delivers itself in a moment: that is not left. */
async function wordsLeft(): Promise<number[]> {
  const untold = { deliveredAt: null };
  const found = await WorkflowOutbox.findAll({ where: untold, attributes: ['id'] });
  await sleep(WORKERS_OWN_MS);
  const left = await WorkflowOutbox.findAll({
    where: { ...untold, id: found.map(({ id }) => id) },
    attributes: ['id'],
  });
  return left.map(({ id }) => id);
}

async function buildStarts({ deps }: ProcessStack): Promise<string[]> {
  const bodies: string[] = [];
  for (let index = 0; index < STARTS; index += 1) {
    const classDate = await buildClassDate({ state: 'ready', startsAt: addMinutes(new Date(), -1) });
    const { meetingId } = await buildMeeting(deps.encryption, classDate);
    bodies.push(startOf(meetingId ?? '', index));
  }
  return bodies;
}

function startOf(meetingId: string, index: number): string {
  const object = { id: meetingId, uuid: `run${index}==`, start_time: new Date().toISOString() };
  return JSON.stringify({ event: 'meeting.started', event_ts: Date.now() + index, payload: { object } });
}

/** @param left the rows of the outbox that only the relay could deliver */
async function count(stack: ProcessStack, { sent }: Door, left: readonly number[]): Promise<Verdict> {
  const untold = () => WorkflowOutbox.count({ where: { deliveredAt: null } });
  await eventually('every workflow has been told', async () => (await untold()) === 0, QUIET_MS).catch(() => undefined);
  const live = await ClassDate.count({ where: { state: 'live' } });
  const started = await ZoomAuditLog.count({ where: { action: 'meeting_started' } });
  const running = await countRunning(stack);
  const byRelay = await countByRelay(left);
  print(`  ${sent} starts acknowledged: ${live} classes live, ${running} workflows run, ${await untold()} untold`);
  print(`  ${left.length} words were left to the relay, which told ${byRelay}`);
  const missing = (wanted: number, there: number) => Math.max(0, wanted - there);
  return {
    lost:
      missing(STARTS, live) +
      missing(STARTS, running) +
      missing(STARTS, started) +
      left.length -
      byRelay +
      (await untold()),
    doubled: missing(started, STARTS),
    late: 0,
  };
}

async function countRunning({ deps, namespace }: ProcessStack): Promise<number> {
  const connection = await Connection.connect({ address: deps.config.temporal.address });
  try {
    const client = new Client({ connection, namespace });
    const query = "WorkflowType = 'classDate' AND ExecutionStatus = 'Running'";
    return (await client.workflow.count(query)).count;
  } finally {
    await connection.close();
  }
}
