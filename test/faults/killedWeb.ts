import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { addMinutes } from '../../src/domain/clock';
import { WebhookEvent } from '../../src/models/WebhookEvent';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { ZoomParticipant } from '../../src/models/ZoomParticipant';
import { buildClassDate } from '../factories/classes';
import { buildMeeting } from '../factories/meetings';
import { startProcessStack, type ProcessStack } from '../support/processStack';
import { print } from '../support/report';
import { sendWebhook } from '../support/webhookSender';
import type { Verdict } from './invariants';
import { randomFrom } from './killedWorker';

export const KILLS = 8;
const PEOPLE = 400;
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
    const door: Door = { port: 0, sent: 0 };
    const killing = killAgainAndAgain(stack, door, random);
    await streamIn(meetingId ?? '', door);
    const kills = await killing;
    await untilQuiet();
    return await count(door, kills);
  } finally {
    await stack.close();
  }
}

interface Door {
  /** of the web process there is now; 0 while there is none */
  port: number;
  /** deliveries that were answered 200 */
  sent: number;
}

/** Kills at moments that the seed chooses, spread over the whole stream. */
async function killAgainAndAgain(stack: ProcessStack, door: Door, random: () => number): Promise<number> {
  for (let kill = 0; kill < KILLS; kill += 1) {
    const web = await stack.startWebProcess();
    door.port = web.port;
    const goal = Math.floor((PEOPLE * 2 * (kill + random())) / KILLS);
    while (door.sent < goal) await sleep(1);
    process.kill(-web.running.pid, 'SIGKILL');
    door.port = 0;
    await web.running.exited;
  }
  door.port = (await stack.startWebProcess()).port;
  return KILLS;
}

/** Everybody's "joined" and "left", in a random order, some senders at once. */
async function streamIn(meetingId: string, door: Door): Promise<void> {
  const bodies = Array.from({ length: PEOPLE * 2 }, (_, index) => bodyOf(meetingId, index));
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

async function untilQuiet(): Promise<void> {
  const deadline = Date.now() + QUIET_MS;
  while (Date.now() < deadline && (await WebhookEvent.count({ where: { state: 'received' } })) > 0) await sleep(200);
}

async function count({ sent }: Door, kills: number): Promise<Verdict> {
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
