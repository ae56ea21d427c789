import { createHash } from 'node:crypto';
import { addMinutes } from '../../src/domain/clock';
import { ClassDate } from '../../src/models/ClassDate';
import { WebhookEvent } from '../../src/models/WebhookEvent';
import { WorkflowOutbox } from '../../src/models/WorkflowOutbox';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { ZoomMeeting } from '../../src/models/ZoomMeeting';
import { buildClassDate } from '../factories/classes';
import { buildMeeting } from '../factories/meetings';
import { eventually } from '../support/eventually';
import { waitsForALock } from '../support/lockWaits';
import { startProcessStack, type ProcessStack } from '../support/processStack';
import { receiveEvent } from '../support/receiveEvent';
import { print } from '../support/report';
import { sendWebhook } from '../support/webhookSender';
import type { Verdict } from './invariants';

const ROUNDS = 5;
/** Whoever died had the events leased for half a minute. */
const QUIET_MS = 180_000;

/** That a class's meeting has started. */
interface Start {
  readonly classDateId: number;
  readonly body: string;
}

interface Step {
  readonly name: string;
  /** Kills a process in the midst of it. */
  kill(stack: ProcessStack, start: Start): Promise<void>;
}

const STEPS: readonly Step[] = [
  { name: 'web, before the event is committed', kill: killWhileReceiving },
  { name: 'web, answered and interpreting', kill: killWhileInterpreting },
  { name: 'worker, interpreting what a web process left', kill: killWorkerWhileInterpreting },
];
export const INTERPRETATION_KILLS = ROUNDS * STEPS.length;

/**
 * Web and worker are killed outright at each step from a webhook's arrival to the commit of what it says; the step after
 * that, until the workflow is told, is killedStarts. In the end each class is live, and each event is in the log once.
 */
export async function killedInterpretation(seed: number): Promise<Verdict> {
  const stack = await startProcessStack({ seed });
  try {
    const total = ROUNDS * STEPS.length;
    for (const { name, kill } of STEPS) {
      for (let round = 0; round < ROUNDS; round += 1) await kill(stack, await buildStart(stack));
      print(`  killed ${ROUNDS} times: ${name}`);
    }
    await stack.startWorker();
    return await judge(total);
  } finally {
    await stack.close();
  }
}

async function buildStart({ deps }: ProcessStack): Promise<Start> {
  const { id } = await buildClassDate({ state: 'ready', startsAt: addMinutes(new Date(), -1) });
  const { meetingId } = await buildMeeting(deps.encryption, await ClassDate.findByPk(id, { rejectOnEmpty: true }));
  const object = { id: meetingId, uuid: `run${id}==`, start_time: new Date().toISOString() };
  return {
    classDateId: id,
    body: JSON.stringify({ event: 'meeting.started', event_ts: Date.now() + id, payload: { object } }),
  };
}

/** Another transaction has the event's key, so the insert waits. Zoom gets no answer, and sends it again. */
async function killWhileReceiving(stack: ProcessStack, { body }: Start): Promise<void> {
  const { port, running } = await stack.startWebProcess();
  const { db } = stack.deps;
  const holding = await db.transaction();
  await db.query(
    `INSERT INTO webhook_events (event_key, event, event_at, body, state, created_at, updated_at)
     VALUES (?, 'held', UTC_TIMESTAMP(3), '{}', 'received', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`,
    { replacements: [createHash('sha256').update(body).digest('hex')], transaction: holding },
  );
  const answer = sendWebhook(port, body).then(
    () => true,
    () => false,
  );
  await waitsForALock(db);
  await die(running);
  await holding.rollback();
  if (await answer) throw new Error('An event was answered that was not committed.');
  const { port: next, running: again } = await stack.startWebProcess();
  await deliver(next, body);
  await die(again);
}

/** It is killed while it waits for the class, after its answer. */
async function killWhileInterpreting(stack: ProcessStack, start: Start): Promise<void> {
  const { port, running } = await stack.startWebProcess();
  await whileClassIsHeld(stack, start, async () => {
    await deliver(port, start.body);
    await waitsForALock(stack.deps.db);
    await requireLeased(start);
    await die(running);
  });
}

async function killWorkerWhileInterpreting(stack: ProcessStack, start: Start): Promise<void> {
  await whileClassIsHeld(stack, start, async () => {
    await receiveEvent(stack.deps, start.body);
    const worker = await stack.startWorker();
    await eventually('the worker has taken it up', () => findLeased(start), QUIET_MS);
    await waitsForALock(stack.deps.db);
    await die(worker);
  });
}

async function whileClassIsHeld(
  { deps }: ProcessStack,
  { classDateId }: Start,
  work: () => Promise<void>,
): Promise<void> {
  const transaction = await deps.db.transaction();
  try {
    await ClassDate.findByPk(classDateId, { transaction, lock: transaction.LOCK.UPDATE });
    await ZoomMeeting.findOne({ where: { classDateId }, transaction, lock: transaction.LOCK.UPDATE });
    await work();
  } finally {
    await transaction.rollback();
  }
}

const findLeased = ({ body }: Start) =>
  WebhookEvent.findOne({
    where: { eventKey: createHash('sha256').update(body).digest('hex'), state: 'received', attempts: 1 },
  });

async function requireLeased(start: Start): Promise<void> {
  if (!(await findLeased(start))) throw new Error('The event is not being interpreted.');
}

async function deliver(port: number, body: string): Promise<void> {
  const { status } = await sendWebhook(port, body);
  if (status !== 200) throw new Error(`An event was answered ${status}.`);
}

async function die({ pid, exited }: { readonly pid: number; readonly exited: Promise<unknown> }): Promise<void> {
  process.kill(-pid, 'SIGKILL');
  await exited;
}

async function judge(total: number): Promise<Verdict> {
  const waiting = async () =>
    (await WebhookEvent.count({ where: { state: 'received' } })) +
    (await WorkflowOutbox.count({ where: { deliveredAt: null } }));
  await eventually('nothing waits any more', async () => (await waiting()) === 0, QUIET_MS).catch(() => undefined);
  const live = await ClassDate.count({ where: { state: 'live' } });
  const received = await ZoomAuditLog.count({ where: { action: 'webhook_received' } });
  const started = await ZoomAuditLog.count({ where: { action: 'meeting_started' } });
  print(`  ${total} kills: ${live} classes live, ${received} events in the log, ${await waiting()} left`);
  const missing = (wanted: number, there: number) => Math.max(0, wanted - there);
  return {
    lost: missing(total, live) + missing(total, received) + missing(total, started) + (await waiting()),
    doubled: missing(received, total) + missing(started, total),
    late: 0,
  };
}
