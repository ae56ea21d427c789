import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebhookEvent } from '../../src/models/WebhookEvent';
import { paths } from '../../src/routes/paths';
import { inBatches } from '../support/inBatches';
import { startProcessStack } from '../support/processStack';
import { percentile, print } from '../support/report';
import { eventText, nowSeconds, sendWebhook, sign, signed, type Headers } from '../support/webhookSender';
import type { Verdict } from './invariants';

/** Rounds of the same abuse, and requests in each. */
export const ABUSE = { rounds: 12, requests: 4_000 };
const AT_ONCE = 32;
/** Connections in a round that begin a request and never end it. */
const HALF_OPEN = 200;
const QUIET_MS = 3_000;
/** Right deliveries before the first round: a process that has just started grows by whatever it is first asked. */
const WARM_UP = 2_000;
/** A process that keeps nothing of them grows by less. */
const GROWTH_MB = 50;
/** While the abuse goes on, Zoom delivers so often, and has its answer in this time. */
const DELIVERY_EVERY_MS = 50;
const ANSWER_MS = 1_000;

interface Abuse {
  readonly body: string | Buffer;
  readonly headers: Headers;
  readonly status: number;
}

const signature = (value: string): Headers => [
  ['x-zm-request-timestamp', nowSeconds()],
  ['x-zm-signature', value],
];

const ABUSES: readonly (() => Abuse)[] = [
  () => ({ body: eventText(), headers: [], status: 401 }),
  () => ({ body: eventText(), headers: signature(`v0=${'0'.repeat(64)}`), status: 401 }),
  () => ({ body: eventText(), headers: signature('v0=short'), status: 401 }),
  () => ({ body: eventText(), headers: signature('v0='.padEnd(8_000, 'a')), status: 401 }),
  () => ({ body: eventText(), headers: [...signed(eventText()), ...signed(eventText())], status: 401 }),
  () => ({
    body: eventText(),
    headers: signed(eventText(), { timestamp: String(Number(nowSeconds()) - 301) }),
    status: 401,
  }),
  () => ({ body: Buffer.alloc(255 * 1024, 'x'), headers: signature(`v0=${'1'.repeat(64)}`), status: 401 }),
  () => ({ body: Buffer.alloc(257 * 1024, 'x'), headers: signature(`v0=${'1'.repeat(64)}`), status: 413 }),
  () => ({ body: '{"event":', headers: signed('{"event":'), status: 400 }),
  () => ({ body: '[[['.repeat(1_000), headers: signed('[[['.repeat(1_000)), status: 400 }),
  () => oracle('v0:1700000000:{"event":"meeting.ended"}'),
  () => oracle('x'.repeat(10_000)),
];

/** A signed validation by whose answer something else could be signed. */
function oracle(plainToken: string): Abuse {
  const body = JSON.stringify({ event: 'endpoint.url_validation', event_ts: Date.now(), payload: { plainToken } });
  return { body, headers: signed(body), status: 400 };
}

/**
 * Rubbish at the door of webhooks, round after round, while Zoom goes on delivering. Lost: answers of another status than they
 * should have, deliveries that were answered late, and a process that grew over all rounds; doubled: what was stored of it.
 */
export async function abusedDoor(seed: number): Promise<Verdict> {
  const stack = await startProcessStack({ seed });
  try {
    const { port, running } = await stack.startWebProcess();
    const warmed = await inBatches(WARM_UP, AT_ONCE, () => deliver(port));
    await sleep(QUIET_MS);
    const sizes = [residentMb(running.pid)];
    const delivered: Delivered[] = [];
    let wrong = 0;
    for (let round = 0; round < ABUSE.rounds; round += 1) {
      const { result, deliveries } = await whileDelivering(port, () => abuse(port));
      wrong += result;
      delivered.push(...deliveries);
      await sleep(QUIET_MS);
      sizes.push(residentMb(running.pid));
    }
    const grew = growthOf(sizes);
    const refused = [...warmed, ...delivered].filter(({ status }) => status !== 200).length;
    const p99 = percentile(
      delivered.map(({ ms }) => ms),
      0.99,
    );
    print(`  resident before and after each round: ${sizes.join(', ')} MB; other answers than expected: ${wrong}`);
    print(`  ${delivered.length} right deliveries meanwhile: ${refused} not taken, p99 ${Math.round(p99)} ms`);
    const failures = [grew > GROWTH_MB, refused > 0 || p99 >= ANSWER_MS].filter(Boolean).length;
    const stored = await WebhookEvent.count();
    return { lost: wrong + failures, doubled: stored - warmed.length - delivered.length, late: 0 };
  } finally {
    await stack.close();
  }
}

/** By the least of the later rounds: garbage comes and goes, and what is kept of requests is there after each of them. */
function growthOf([before = 0, ...after]: readonly number[]): number {
  return Math.min(...after.slice(after.length / 2)) - before;
}

interface Delivered {
  /** 0 without an answer */
  readonly status: number;
  readonly ms: number;
}

let nextDelivery = 0;

/** A right one, as no other is. */
async function deliver(port: number): Promise<Delivered> {
  const number = (nextDelivery += 1);
  const at = performance.now();
  const answer = sendWebhook(port, eventText('meeting.sharing_started', { id: '86431910364', number }));
  const { status } = await answer.catch(() => ({ status: 0 }));
  return { status, ms: performance.now() - at };
}

/** However long one takes, the next goes out in time. */
async function whileDelivering<T>(port: number, work: () => Promise<T>) {
  const under: Promise<Delivered>[] = [];
  const timer = setInterval(() => under.push(deliver(port)), DELIVERY_EVERY_MS);
  const result = await work().finally(() => clearInterval(timer));
  return { result, deliveries: await Promise.all(under) };
}

async function abuse(port: number): Promise<number> {
  let wrong = 0;
  const halves = Array.from({ length: HALF_OPEN }, () => halfOpen(port));
  await inBatches(ABUSE.requests, AT_ONCE, async (index) => {
    const { body, headers, status } = ABUSES[index % ABUSES.length]?.() ?? oracle('');
    const answer = await sendWebhook(port, body, headers).catch(() => ({ status: 0 }));
    // Who sends too much may be hung up on before they have read the answer.
    if (answer.status !== status && !(status === 413 && answer.status === 0)) wrong += 1;
  });
  for (const half of halves) half.destroy();
  return wrong;
}

function halfOpen(port: number) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const signatureLine = `x-zm-signature: ${sign('', nowSeconds())}`;
  socket.write(
    `POST ${paths.webhook} HTTP/1.1\r\nHost: 127.0.0.1\r\n${signatureLine}\r\nContent-Length: 1000\r\n\r\n{`,
  );
  return socket;
}

/** What the process holds in memory, in MB. */
function residentMb(pid: number): number {
  const [, kb = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kb) / 1024);
}
