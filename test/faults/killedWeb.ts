import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { addMinutes } from '../../src/domain/clock';
import { ClassDate } from '../../src/models/ClassDate';
import { WebhookEvent } from '../../src/models/WebhookEvent';
import { WorkflowOutbox } from '../../src/models/WorkflowOutbox';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { ZoomParticipant } from '../../src/models/ZoomParticipant';
import { buildClassDate } from '../factories/classes';
import { buildMeeting } from '../factories/meetings';
import { eventually } from '../support/eventually';
import { startProcessStack, type ProcessStack } from '../support/processStack';
import { print } from '../support/report';
import { sendWebhook } from '../support/webhookSender';
import type { Verdict } from './invariants';
import { randomFrom } from './killedWorker';

export const KILLS = 8;
const PEOPLE = 400;
const STARTS = 120;
const SENDERS = 8;
const AGAIN_MS = 100;
const QUIET_MS = 120_000;

/**
 * The web process is killed outright again and again while signed events stream in; what got no 200 is sent again, as
 * Zoom does. In the end everybody who came is there once, and each event is in the log once.
 */
export async function killedWeb(seed: number): Promise<Verdict> {
  const stack = await startProcessStack({ seed });
  try {
    const random = randomFrom(seed);
    const classDate = await buildClassDate({ state: 'live', startsAt: addMinutes(new Date(), -1) });
    const { meetingId } = await buildMeeting(stack.deps.encryption, classDate);
    await stack.startWorker();
    const bodies = Array.from({ length: PEOPLE * 2 }, (_, index) => bodyOf(meetingId ?? '', index));
    return await count(await streamThroughKills(stack, bodies, random));
  } finally {
    await stack.close();
  }
}

/**
 * The same with the starts of many classes' meetings, which their workflows have to hear of: in the end each class is
 * live, each start is in the log once, and each workflow has been told.
 */
export async function killedStarts(seed: number): Promise<Verdict> {
  const stack = await startProcessStack({ seed });
  try {
    const random = randomFrom(seed);
    const bodies: string[] = [];
    for (let index = 0; index < STARTS; index += 1) {
      const classDate = await buildClassDate({ state: 'ready', startsAt: addMinutes(new Date(), -1) });
      const { meetingId } = await buildMeeting(stack.deps.encryption, classDate);
      bodies.push(startOf(meetingId ?? '', index));
    }
    await stack.startWorker();
    const { sent } = await streamThroughKills(stack, bodies, random);
    const untold = () => WorkflowOutbox.count({ where: { deliveredAt: null } });
    await eventually('every workflow has been told', async () => (await untold()) === 0, QUIET_MS).catch(
      () => undefined,
    );
    const live = await ClassDate.count({ where: { state: 'live' } });
    const started = await ZoomAuditLog.count({ where: { action: 'meeting_started' } });
    const running = await countRunning(stack);
    print(`  ${sent} starts acknowledged: ${live} classes live, ${running} workflows run, ${await untold()} untold`);
    const missing = (wanted: number, there: number) => Math.max(0, wanted - there);
    return {
      lost: missing(STARTS, live) + missing(STARTS, running) + missing(STARTS, started) + (await untold()),
      doubled: missing(started, STARTS),
      late: 0,
    };
  } finally {
    await stack.close();
  }
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

async function streamThroughKills(
  stack: ProcessStack,
  bodies: readonly string[],
  random: () => number,
): Promise<Streamed> {
  const door: Door = { port: 0, sent: 0 };
  const killing = killAgainAndAgain(stack, door, bodies.length, random);
  await streamIn(bodies, door);
  const kills = await killing;
  await untilQuiet();
  return { sent: door.sent, kills };
}

interface Streamed {
  readonly sent: number;
  readonly kills: number;
}

interface Door {
  /** of the web process there is now; 0 while there is none */
  port: number;
  /** deliveries that were answered 200 */
  sent: number;
}

/** Kills at moments that the seed chooses, spread over the whole stream. */
async function killAgainAndAgain(
  stack: ProcessStack,
  door: Door,
  events: number,
  random: () => number,
): Promise<number> {
  for (let kill = 0; kill < KILLS; kill += 1) {
    const web = await stack.startWebProcess();
    door.port = web.port;
    const goal = Math.floor((events * (kill + random())) / KILLS);
    while (door.sent < goal) await sleep(1);
    process.kill(-web.running.pid, 'SIGKILL');
    door.port = 0;
    await web.running.exited;
  }
  door.port = (await stack.startWebProcess()).port;
  return KILLS;
}

/** In a random order, some senders at once. */
async function streamIn(bodies: readonly string[], door: Door): Promise<void> {
  const shuffled = bodies
    .map((body) => ({ body, place: randomInt(2 ** 32) }))
    .sort((one, other) => one.place - other.place);
  const sender = async (): Promise<void> => {
    for (let next = shuffled.pop(); next; next = shuffled.pop()) {
      while (!(await isTaken(door.port, next.body))) await sleep(AGAIN_MS);
      door.sent += 1;
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
}

async function isTaken(port: number, body: string): Promise<boolean> {
  if (port === 0) return false;
  try {
    return (await sendWebhook(port, body)).status === 200;
  } catch {
    return false;
  }
}

function bodyOf(meetingId: string, index: number): string {
  const joined = index % 2 === 0;
  const time = joined ? { join_time: '2026-11-22T09:32:00Z' } : { leave_time: '2026-11-22T10:00:00Z' };
  const participant = { user_id: String(16_778_240 + Math.floor(index / 2)), user_name: 'Jan S.', email: '', ...time };
  const payload = { account_id: 'PX5yQ', object: { id: meetingId, uuid: 'theOnlyRun==', participant } };
  const event = joined ? 'meeting.participant_joined' : 'meeting.participant_left';
  return JSON.stringify({ event, event_ts: 1_700_000_000_000 + index, payload });
}

function startOf(meetingId: string, index: number): string {
  const object = { id: meetingId, uuid: `run${index}==`, start_time: new Date().toISOString() };
  return JSON.stringify({ event: 'meeting.started', event_ts: Date.now() + index, payload: { object } });
}

async function untilQuiet(): Promise<void> {
  const deadline = Date.now() + QUIET_MS;
  while (Date.now() < deadline && (await WebhookEvent.count({ where: { state: 'received' } })) > 0) await sleep(200);
}

async function count({ sent, kills }: Streamed): Promise<Verdict> {
  const people = await ZoomParticipant.findAll();
  const whole = people.filter(({ joinTime, leaveTime }) => joinTime && leaveTime).length;
  const processed = await WebhookEvent.count({ where: { state: 'processed' } });
  const audited = await ZoomAuditLog.count({ where: { action: 'webhook_received' } });
  const again = await WebhookEvent.count({ where: { attempts: 2 } });
  print(
    `  ${kills} kills, ${sent} events acknowledged: ${processed} interpreted (${again} at a second try), ${whole} people`,
  );
  const missing = (wanted: number, there: number) => Math.max(0, wanted - there);
  return {
    lost: missing(PEOPLE, whole) + missing(sent, processed) + missing(sent, audited),
    doubled: missing(people.length, PEOPLE) + missing(audited, sent),
    late: 0,
  };
}
