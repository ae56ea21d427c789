import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { saveFirstZoomSettings } from '../../../../src/commands/saveFirstZoomSettings';
import { WebhookEvent } from '../../../../src/models/WebhookEvent';
import { ZoomSetting } from '../../../../src/models/ZoomSetting';
import { paths } from '../../../../src/routes/paths';
import { inBatches } from '../../../support/inBatches';
import { startWebsite, type Website } from '../../../support/website';
import { eventText, nowSeconds, sendWebhook, sign, signed, type Headers } from '../../../support/webhookSender';

const WINDOW_SECONDS = 300;
const TEN_MB = 10 * 1024 * 1024;
const REFUSED = { status: 401, body: { error: 'Invalid signature' } };

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
  await saveFirstZoomSettings(website.deps);
});

afterAll(() => website.close());

beforeEach(async () => {
  await website.restart();
  await website.deps.db.query('DELETE FROM webhook_events');
});

afterEach(() => {
  expect(website.logged.filter((line) => line.includes('request failed'))).toEqual([]);
});

const send = (body: string | Buffer, headers?: Headers) => sendWebhook(website.port, body, headers);

async function expectNothingStored(): Promise<void> {
  expect(await WebhookEvent.count()).toBe(0);
}

/** A connection that sends the head of a delivery and then what the test wants. */
function deliver(...headers: string[]): Socket {
  const socket = connect(website.port, '127.0.0.1');
  // The other side hangs up in the midst of it, as it should.
  socket.on('error', () => undefined);
  socket.write([`POST ${paths.webhook} HTTP/1.1`, 'Host: 127.0.0.1', ...headers, '', ''].join('\r\n'));
  return socket;
}

function answerOn(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (data: Buffer) => (text += data.toString()));
    socket.once('close', () => resolve(text));
  });
}

it('signatures that are made up cost few reads of the secrets, and those that cannot be right none', async () => {
  const body = eventText();
  expect((await send(body, signed(body))).status).toBe(200);
  const reads = jest.spyOn(ZoomSetting, 'findByPk');
  const stale = String(Number(nowSeconds()) - 2 * WINDOW_SECONDS);
  const wrong = [
    () => signed(body, { secret: 'made up' }),
    () => signed(body, { timestamp: stale, secret: 'made up' }),
    (): Headers => [
      ['x-zm-request-timestamp', nowSeconds()],
      ['x-zm-signature', 'v0=made-up'],
    ],
  ];
  const began = performance.now();
  for (const headers of wrong) await inBatches(100, 20, () => send(body, headers()));
  const seconds = Math.ceil((performance.now() - began) / 1_000) + 1;
  // Ten a second because of them, and one every two seconds anyway.
  expect(reads.mock.calls.length).toBeLessThanOrEqual(11 * seconds);
  expect(reads.mock.calls.length).toBeLessThan(100);
  reads.mockRestore();
});

describe('a signature in another form', () => {
  const body = eventText();
  const timestamp = nowSeconds();
  const signature = sign(body, timestamp);
  const hex = signature.slice(3);

  it.each([
    ['upper case', `v0=${hex.toUpperCase()}`],
    ['an odd number of digits', `v0=${hex.slice(1)}`],
    ['twice as long', `v0=${hex}${hex}`],
    ['base64', `v0=${Buffer.from(hex, 'hex').toString('base64')}`],
    ['another version', `v1=${hex}`],
    ['two in one header', `${signature}, ${signature}`],
    ['64 zeros', `v0=${'0'.repeat(64)}`],
    ['very long', 'v0='.padEnd(8_000, 'a')],
  ])('is refused: %s', async (_what, given) => {
    const headers: Headers = [
      ['x-zm-request-timestamp', timestamp],
      ['x-zm-signature', given],
    ];
    expect(await send(body, headers)).toEqual(REFUSED);
    await expectNothingStored();
  });
});

describe('the timestamp', () => {
  it.each([
    [`-${WINDOW_SECONDS + 1}`, 401],
    [`-${WINDOW_SECONDS}`, 200],
    [`+${WINDOW_SECONDS}`, 200],
    [`+${WINDOW_SECONDS + 1}`, 401],
  ])('%s s from our clock is answered %i', async (seconds, status) => {
    const body = eventText();
    const now = Number(nowSeconds());
    const clock = jest.spyOn(website.deps.clock, 'now').mockImplementation(() => new Date(now * 1000));
    const answer = await send(body, signed(body, { timestamp: String(now + Number(seconds)) }));
    clock.mockRestore();
    expect(answer.status).toBe(status);
  });

  it.each(['NaN', '1e20', '1e9', 'Infinity', '-1', '0x6553f100', '٣', ' '])('is refused: “%s”', async (timestamp) => {
    const body = eventText();
    const headers = signed(body, { timestamp }).map(([name, value]) => `${name}: ${value}`);
    const socket = deliver(`Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close', ...headers);
    socket.write(body);
    expect(await answerOn(socket)).toMatch(/^HTTP\/1\.1 401 /);
    await expectNothingStored();
  });
});

describe('a body', () => {
  it('that was parsed and written again is another body', async () => {
    const body = `{"event":"meeting.started", "payload":{"object":{"id":86431910364,"topic":"caf\\u00e9 \\/ 1.0"}}}`;
    const again = JSON.stringify(JSON.parse(body));
    expect(again).not.toBe(body);
    expect(await send(again, signed(body))).toEqual(REFUSED);
    expect((await send(body)).status).toBe(200);
  });

  it('that is compressed is taken as the bytes that came: signed it is no event, unsigned it is refused', async () => {
    const body = eventText();
    const zipped = gzipSync(body);
    const encoding = ['Content-Encoding', 'gzip'] as const;
    expect(await send(zipped, [...signed(body), encoding])).toEqual(REFUSED);
    expect(await send(zipped, [...signed(zipped), encoding])).toEqual({
      status: 400,
      body: { error: 'Not an event' },
    });
    await expectNothingStored();
  });

  it('of ten megabytes is refused by its size alone', async () => {
    const socket = deliver(`Content-Length: ${TEN_MB}`);
    expect(await answerOn(socket)).toMatch(/^HTTP\/1\.1 413 [\s\S]*"Too large"/);
    await expectNothingStored();
  });

  it('that never ends is refused as soon as it is too large, and its connection closed', async () => {
    const socket = deliver('Transfer-Encoding: chunked');
    const answer = answerOn(socket);
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    let sent = 0;
    while (!socket.destroyed && socket.writable && sent < 10 * TEN_MB) {
      sent += chunk.length;
      if (!socket.write(chunk)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), answer]);
    }
    expect(await answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(sent).toBeLessThan(10 * TEN_MB);
    await expectNothingStored();
  });

  it('that trickles in is refused after five seconds; others are heard meanwhile', async () => {
    const body = eventText();
    const headers = signed(body).map(([name, value]) => `${name}: ${value}`);
    const slow = Array.from({ length: 100 }, () => deliver(`Content-Length: ${Buffer.byteLength(body)}`, ...headers));
    const answers = Promise.all(slow.map(answerOn));
    const trickle = setInterval(() => slow.forEach((socket) => socket.writable && socket.write('{')), 500);
    try {
      await sleep(200);
      expect((await send(eventText('another.event'))).status).toBe(200);
      expect(new Set((await answers).map((text) => text.slice(0, 12)))).toEqual(new Set(['HTTP/1.1 408']));
    } finally {
      clearInterval(trickle);
    }
    expect(await WebhookEvent.count()).toBe(1);
  });

  it('that breaks off leaves nothing', async () => {
    const socket = deliver('Content-Length: 100');
    socket.write('{"event"');
    await sleep(50);
    socket.destroy();
    await sleep(50);
    await expectNothingStored();
  });

  it.each([
    'Content-Length: 5\r\nContent-Length: 6',
    'Content-Length: -1',
    'Content-Length: 5\r\nTransfer-Encoding: chunked',
  ])('of two sizes, or of none that can be, is refused: %s', async (headers) => {
    const answer = answerOn(deliver(headers));
    expect(await answer).toMatch(/^HTTP\/1\.1 400 /);
    await expectNothingStored();
  });
});

it('the answer to a validation signs nothing: what it is asked to sign cannot be an event', async () => {
  const forged = eventText();
  const ask = (plainToken: string) => JSON.stringify({ event: 'endpoint.url_validation', payload: { plainToken } });
  const oracle = ask(`v0:${nowSeconds()}:${forged}`);
  expect(await send(oracle, [])).toEqual(REFUSED);
  expect(await send(oracle)).toEqual({ status: 400, body: { error: 'Not a plain token' } });

  const asked = ask('qgg8vlvZRS6UYooatFL8Aw');
  const { body } = await send(asked);
  const { encryptedToken } = body as { encryptedToken: string };
  const headers: Headers = [
    ['x-zm-request-timestamp', nowSeconds()],
    ['x-zm-signature', `v0=${encryptedToken}`],
  ];
  expect(await send(forged, headers)).toEqual(REFUSED);
  await expectNothingStored();
});
