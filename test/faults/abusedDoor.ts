import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebhookEvent } from '../../src/models/WebhookEvent';
import { paths } from '../../src/routes/paths';
import { inBatches } from '../support/inBatches';
import { startProcessStack } from '../support/processStack';
import { print } from '../support/report';
import { eventText, nowSeconds, sendWebhook, sign, signed, type Headers } from '../support/webhookSender';
import type { Verdict } from './invariants';

/** Rounds of the same abuse, and requests in each. */
export const ABUSE = { rounds: 4, requests: 4_000 };
const AT_ONCE = 32;
/** Connections in a round that begin a request and never end it. */
const HALF_OPEN = 200;
const QUIET_MS = 3_000;
/** A process that keeps something of each request grows by as much in each round; one that does not, by little after the first. */
const GROWTH = 1.3;

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
 * Rubbish at the door of webhooks, round after round. Lost: answers of another status than they should have, and a
 * process that grew from the first round to the last; doubled: what was stored of it.
 */
export async function abusedDoor(seed: number): Promise<Verdict> {
  const stack = await startProcessStack({ seed });
  try {
    const { port, running } = await stack.startWebProcess();
    const sizes: number[] = [];
    let wrong = 0;
    for (let round = 0; round < ABUSE.rounds; round += 1) {
      wrong += await abuse(port);
      await sleep(QUIET_MS);
      sizes.push(residentMb(running.pid));
    }
    const [first = 0] = sizes;
    const last = sizes.at(-1) ?? 0;
    print(`resident after each round: ${sizes.join(', ')} MB; other answers than expected: ${wrong}`);
    print(`a right delivery afterwards is answered ${(await sendWebhook(port, eventText())).status}`);
    return { lost: wrong + (last > first * GROWTH ? 1 : 0), doubled: (await WebhookEvent.count()) - 1, late: 0 };
  } finally {
    await stack.close();
  }
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
