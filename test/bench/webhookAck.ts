import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { addMinutes } from '../../src/domain/clock';
import { ClassDate } from '../../src/models/ClassDate';
import { WebhookEvent } from '../../src/models/WebhookEvent';
import type { ZoomMeeting } from '../../src/models/ZoomMeeting';
import { paths } from '../../src/routes/paths';
import { buildClassDate } from '../factories/classes';
import { buildMeeting } from '../factories/meetings';
import { eventually } from '../support/eventually';
import { load, together, type Call, type LoadResult } from '../support/load';
import { startProcessStack } from '../support/processStack';
import { signed } from '../support/webhookSender';

const ROUNDS = 4;
const EVENTS = 2_000;
const CLASSES = 50;
const REST_MS = 300;
const INTERPRETED_MS = 180_000;

export interface AckResult {
  readonly acks: LoadResult;
  readonly acksFloor: LoadResult;
  /** ms from the last answer until the last event had been interpreted */
  readonly interpretedAfter: number;
}

/**
 * People who come to fifty live classes at once, each event signed, beside a bare process that only inserts. Both take
 * turns, since the machine is not the same from one second to the next; the first turn warms them up.
 */
export async function runWebhookAck(): Promise<AckResult> {
  const stack = await startProcessStack({ seed: 1 });
  try {
    const meetings: ZoomMeeting[] = [];
    for (let index = 0; index < CLASSES; index += 1) {
      const classDate = await buildClassDate({ state: 'ready', startsAt: addMinutes(new Date(), 1) });
      meetings.push(await buildMeeting(stack.deps.encryption, classDate));
    }
    await ClassDate.update({ state: 'live' }, { where: {} });
    const { url, poolMax } = stack.deps.config.database;
    const port = await stack.startWeb();
    const floorPort = await stack.startScript(
      'test/bench/bareInsert.ts',
      z.object({ port: z.number() }),
      url,
      String(poolMax),
    );
    const calls = (count: number) =>
      Array.from({ length: count }, (_, index) => callOf(meetings[index % CLASSES]?.meetingId ?? '', index));
    await load(floorPort, calls(EVENTS));
    await load(port, calls(EVENTS));
    await settled();
    const [acks, acksFloor]: [LoadResult[], LoadResult[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      acksFloor.push(await load(floorPort, calls(EVENTS)));
      acks.push(await load(port, calls(EVENTS)));
      await settled();
    }
    const answeredAt = Date.now();
    await stack.startWorker();
    const left = () => WebhookEvent.count({ where: { state: 'received' } });
    await eventually('all are interpreted', async () => (await left()) === 0, INTERPRETED_MS);
    const interpretedAfter = Date.now() - answeredAt;
    const processed = await WebhookEvent.count({ where: { state: 'processed' } });
    if (processed !== EVENTS * (ROUNDS + 1)) throw new Error(`${processed} events were interpreted.`);
    return { acks: together(acks), acksFloor: together(acksFloor), interpretedAfter };
  } finally {
    await stack.close();
  }
}

/** The web process interprets some of what it took once nothing comes in; the floor's turn begins after that. */
async function settled(): Promise<void> {
  let before = -1;
  await eventually('the web process rests', async () => {
    const processed = await WebhookEvent.count({ where: { state: 'processed' } });
    const rests = processed === before;
    before = processed;
    await setTimeout(REST_MS);
    return rests;
  });
}

function callOf(meetingId: string, index: number): Call {
  const at = new Date().toISOString();
  const participant = {
    user_id: String(16_778_240 + index),
    user_name: 'Jan S.',
    email: '',
    registrant_id: randomBytes(8).toString('hex'),
    participant_uuid: randomBytes(12).toString('hex'),
    join_time: at,
  };
  const object = { id: meetingId, uuid: `run${meetingId}`, type: 2, topic: 'Maths 7B', start_time: at, participant };
  const payload = { account_id: 'PX5yQ', object };
  const body = JSON.stringify({ event: 'meeting.participant_joined', event_ts: Date.now(), payload });
  return {
    method: 'POST',
    path: paths.webhook,
    body,
    headers: { 'content-type': 'application/json', ...Object.fromEntries(signed(body)) },
    status: 200,
  };
}
