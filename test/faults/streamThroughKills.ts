import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebhookEvent } from '../../src/models/WebhookEvent';
import { sendWebhook } from '../support/webhookSender';
import { startAhead, type WebProcess } from './startAhead';

const SENDERS = 8;
const AGAIN_MS = 100;
const LOOK_MS = 1;
const QUIET_MS = 120_000;

/** The door that events come in by, and how far they have come. */
export interface Door {
  /** of the web process there is now; 0 while there is none */
  port: number;
  /** events that a sender has in hand or is done with */
  taken: number;
  /** so many are let come, and no more */
  limit: number;
  /** deliveries that were answered 200 */
  sent: number;
}

export interface Killing {
  readonly door: Door;
  readonly kills: number;
  start(): Promise<WebProcess>;
  /** Resolves when the web process that is at the door now is to be killed. */
  moment(kill: number): Promise<void>;
  /** Has a look when it is dead. */
  after?(): Promise<void>;
}

/** The web process is killed outright again and again while signed events stream in; what got no 200 is sent again, as Zoom does. */
export async function streamThroughKills(bodies: readonly string[], killing: Killing): Promise<void> {
  const killed = killAgainAndAgain(killing);
  await Promise.all([streamIn(bodies, killing.door), killed]);
  const deadline = Date.now() + QUIET_MS;
  while (Date.now() < deadline && (await WebhookEvent.count({ where: { state: 'received' } })) > 0) await sleep(200);
}

async function killAgainAndAgain({ door, kills, start, moment, after }: Killing): Promise<void> {
  const nextWeb = startAhead(start);
  for (let kill = 0; kill < kills; kill += 1) {
    const { port, running } = await nextWeb();
    door.port = port;
    await moment(kill);
    process.kill(-running.pid, 'SIGKILL');
    door.port = 0;
    await running.exited;
    await after?.();
  }
  door.limit = Infinity;
  door.port = (await nextWeb()).port;
}

/** In a random order, some senders at once. */
async function streamIn(bodies: readonly string[], door: Door): Promise<void> {
  const shuffled = bodies
    .map((body) => ({ body, place: randomInt(2 ** 32) }))
    .sort((one, other) => one.place - other.place);
  const sender = async (): Promise<void> => {
    while (shuffled.length > 0) {
      if (door.taken >= door.limit) {
        await sleep(LOOK_MS);
        continue;
      }
      door.taken += 1;
      const body = shuffled.pop()?.body ?? '';
      while (!(await isTaken(door.port, body))) await sleep(AGAIN_MS);
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
