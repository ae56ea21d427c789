import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { PushDelivery } from '../../src/models/PushDelivery';
import { readEventName } from '../../src/push/eventName';
import { buildPushEndpoint, buildSoldClass, publishOutcomes } from '../factories/pushes';
import { eventually } from '../support/eventually';
import { startProcessStack, type ProcessStack } from '../support/processStack';
import { startReceiver, type ReceivedCall, type Receiver } from '../support/receiver';
import { print } from '../support/report';
import { judgeWorkflows, type Verdict } from './invariants';
import { randomFrom } from './killedWorker';

export const PUSH_KILLS = 3;
const ENDPOINTS = 6;
const EVENTS = 20;
/** The receiver takes its time, so that events are on their way when the worker dies. */
const ANSWER_MS = 20;
/** So long at most the worker waits for the rows before it is killed: it has the answer by then. */
const HELD_MS = 400;
/** Each kill leaves leases, which end after a minute. */
const WAIT_MS = 5 * 60_000;

const SETTINGS = { NODE_ENV: 'development', PUSH_TO_LOOPBACK: 'true' };

/**
 * The worker is killed outright between a receiver's answer and our commit of it, while other endpoints' events are on their
 * way. Every event comes to every endpoint; what comes once more comes under the id it had.
 */
export async function killedPushes(seed: number): Promise<Verdict> {
  const stack = await startProcessStack({ seed });
  const receiver = await startReceiver();
  try {
    const random = randomFrom(seed);
    const paths = Array.from({ length: ENDPOINTS }, (_, index) => `/${index + 1}`);
    for (const path of paths) await buildPushEndpoint(stack.deps, { url: `http://127.0.0.1:${receiver.port}${path}` });
    const classDate = await buildSoldClass();
    const events: string[] = [];
    for (let kill = 0; kill < PUSH_KILLS; kill += 1) {
      const worker = await stack.startWorker(SETTINGS);
      const struck = killIn(stack, receiver, { random, strike: () => process.kill(-worker.pid, 'SIGKILL') });
      const types = Array.from({ length: EVENTS }, () => 'class.live' as const);
      events.push(...(await publishOutcomes(stack.deps, classDate, types)));
      await struck;
      await worker.exited;
    }
    receiver.answerWith(() => 204);
    await stack.startWorker(SETTINGS);
    const waiting = () => PushDelivery.count({ where: { state: 'queued' } });
    await eventually('all is delivered', async () => (await waiting()) === 0, WAIT_MS);
    return await judge(stack, receiver, { paths, events });
  } finally {
    await receiver.close();
    await stack.close();
  }
}

interface Kill {
  readonly random: () => number;
  readonly strike: () => void;
}

/** Resolves when the worker has been killed over one of the calls that come from now on, which the seed chooses. */
function killIn({ deps }: ProcessStack, receiver: Receiver, { random, strike }: Kill): Promise<void> {
  let calls = Math.floor(random() * ENDPOINTS * 5) + 1;
  return new Promise((resolve, reject) => {
    const answerHeld = async (response: ServerResponse, { id }: ReceivedCall) => {
      const transaction = await deps.db.transaction();
      // Whoever would note that the event was taken waits for these rows.
      await PushDelivery.findAll({ where: { eventId: readEventName(id)?.eventId ?? 0 }, lock: true, transaction });
      response.writeHead(204).end();
      await sleep(HELD_MS * (0.5 + random() / 2));
      strike();
      await transaction.rollback();
      resolve();
    };
    const answerSlowly = async (response: ServerResponse) => {
      await sleep(ANSWER_MS);
      response.writeHead(204).end();
    };
    receiver.answerWith((call) => ({
      write: (response) => {
        calls -= 1;
        if (calls === 0) answerHeld(response, call).catch(reject);
        else answerSlowly(response).catch(reject);
      },
    }));
  });
}

interface Sent {
  /** of the endpoints */
  readonly paths: readonly string[];
  readonly events: readonly string[];
}

const bodySchema = z.object({ data: z.object({ id: z.string() }) });

async function judge(stack: ProcessStack, { calls }: Receiver, { paths, events }: Sent): Promise<Verdict> {
  const verdict = { lost: 0, doubled: 0, late: 0 };
  let repeated = 0;
  for (const path of paths) {
    const heard = calls.filter((call) => call.path === path);
    // Under the id of the event that it tells of.
    verdict.doubled += heard.filter(({ id, body }) => bodySchema.parse(JSON.parse(body)).data.id !== id).length;
    for (const event of events) {
      const times = heard.filter(({ id }) => id === event).length;
      if (times === 0) verdict.lost += 1;
      // Each kill cuts off one event of an endpoint at most.
      if (times > 1 + PUSH_KILLS) verdict.doubled += 1;
      repeated += Math.max(0, times - 1);
    }
  }
  if (repeated > PUSH_KILLS * ENDPOINTS) verdict.doubled += repeated - PUSH_KILLS * ENDPOINTS;
  verdict.lost += await PushDelivery.count({ where: { state: 'failed' } });
  verdict.lost += (await judgeWorkflows(stack)).lost;
  print(
    `  ${PUSH_KILLS} kills, ${events.length} events for ${ENDPOINTS} endpoints: ${repeated} came once more, under the id they had`,
  );
  return verdict;
}
