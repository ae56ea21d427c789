import type { ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { guardedLookup } from '../../../src/push/addresses';
import { post } from '../../../src/push/post';
import { startReceiver, type Receiver } from '../../support/receiver';

let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
});

afterAll(() => receiver.close());

beforeEach(() => {
  receiver.forget();
  receiver.answerWith(() => 204);
});

const HERE = { loopbackToo: true };
const request = (url = receiver.url) => ({ url, headers: { 'content-type': 'application/json' }, body: '{"ä":1}' });

it('sends the body as it is, and takes any 2xx', async () => {
  expect(await post(request(), HERE)).toEqual({ ok: true, status: 204 });
  expect(receiver.calls.map(({ body, path }) => [body, path])).toEqual([['{"ä":1}', '/events']]);
  receiver.answerWith(() => 202);
  expect(await post(request(), HERE)).toEqual({ ok: true, status: 202 });
});

it.each([
  [500, 'status'],
  [404, 'status'],
  [410, 'gone'],
])('%d is of no use', async (status, failure) => {
  receiver.answerWith(() => status);
  expect(await post(request(), HERE)).toEqual({ ok: false, status, failure });
});

const inTwoMinutes = () => new Date(Date.now() + 120_000).toUTCString();

it.each([
  [429, () => '120', 120_000],
  [503, () => '1', 1_000],
  [503, inTwoMinutes, 120_000],
  // A receiver that only says so, or of which it is not known what it would mean.
  [500, () => '120', undefined],
  [429, () => '0', undefined],
  [429, () => '-5', undefined],
  [503, () => 'soon', undefined],
  [503, () => 'Sun, 06 Nov 1994 08:49:37 GMT', undefined],
])('%d with a Retry-After is heard', async (status, header, expected) => {
  const write = {
    write: (response: ServerResponse) => void response.writeHead(status, { 'Retry-After': header() }).end(),
  };
  receiver.answerWith(() => write);
  const { retryAfterMs, ...outcome } = Object.assign({ retryAfterMs: undefined }, await post(request(), HERE));
  expect(outcome).toEqual({ ok: false, status, failure: 'status' });
  // A date of HTTP's has no parts of a second, and the call has taken some.
  const seconds = (ms: number | undefined) => (ms === undefined ? ms : Math.ceil(ms / 10_000));
  expect(seconds(retryAfterMs)).toBe(seconds(expected));
});

it.each([301, 302, 303, 307, 308])('follows no redirect: %d', async (status) => {
  const write = {
    write: (response: ServerResponse) =>
      void response.writeHead(status, { Location: `${receiver.url}/elsewhere` }).end(),
  };
  receiver.answerWith(() => write);
  expect(await post(request(), HERE)).toEqual({ ok: false, status, failure: 'redirect' });
  expect(receiver.calls).toHaveLength(1);
});

it('does not wait for ever for an answer, nor for the rest of one', async () => {
  receiver.answerWith(() => 'nothing');
  expect(await post(request(), { ...HERE, timeoutMs: 200 })).toEqual({ ok: false, status: null, failure: 'timeout' });
  const endless = { write: (response: ServerResponse) => void response.writeHead(200).write('…') };
  receiver.answerWith(() => endless);
  expect(await post(request(), { ...HERE, timeoutMs: 200 })).toEqual({ ok: true, status: 200 });
});

/** What comes of a call to a server that does as it likes with the connection, once the call has arrived. */
async function outcomeOf(meet: (socket: Socket) => void) {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined).once('data', () => meet(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const outcome = await post(request(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`), HERE);
  await new Promise((resolve) => server.close(resolve));
  return outcome;
}

it.each([
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nmore that is not HTTP',
  'HTTP/1.1 101 Switching Protocols\r\n\r\n',
])('is not kept waiting by a receiver that would speak something else: %j', async (answer) => {
  expect(await outcomeOf((socket) => void socket.write(answer))).toEqual({ ok: false, status: 101, failure: 'status' });
});

it('hears of it when the connection ends without a word', async () => {
  const unheard = { ok: false, status: null, failure: 'no_connection' };
  expect(await outcomeOf((socket) => void socket.end())).toEqual(unheard);
  expect(await outcomeOf((socket) => void socket.resetAndDestroy())).toEqual(unheard);
  expect(await outcomeOf((socket) => void socket.end('HTTP/1.1 100 Continue\r\n\r\n'))).toEqual(unheard);
});

it('takes in no more of an answer than it must', async () => {
  const flood = await new Promise<boolean>((ended) => {
    const write = (response: ServerResponse) => {
      response.writeHead(200);
      const more = () => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', more).on('close', () => ended(true));
      more();
    };
    receiver.answerWith(() => ({ write }));
    void post(request(), HERE);
  });
  expect(flood).toBe(true);
});

it('calls nobody of our own network: by address, by name, or by a name that leads elsewhere by now', async () => {
  const elsewhere = { loopbackToo: false };
  const refused = { ok: false, status: null, failure: 'private_address' };
  expect(await post(request(), elsewhere)).toEqual(refused);
  expect(await post(request(`https://127.0.0.1:${receiver.port}/`), elsewhere)).toEqual(refused);
  expect(await post(request(`https://[::1]:${receiver.port}/`), elsewhere)).toEqual(refused);
  expect(await post(request(`https://2130706433:${receiver.port}/`), elsewhere)).toEqual(refused);
  expect(await post(request(`https://localhost:${receiver.port}/`), elsewhere)).toEqual(refused);
  expect(receiver.calls).toEqual([]);
});

it('looks at the very address that the connection is made to', async () => {
  // As a name does whose owner has changed where it leads: public when it was looked at, ours when it is called.
  const leadsTo = (address: string) =>
    guardedLookup({ loopbackToo: false }, ((_name: string, _options: unknown, done: (...found: unknown[]) => void) =>
      done(null, [{ address, family: 4 }])) as never);
  const seen: string[] = [];
  const here = createTcpServer((socket) => {
    seen.push('called');
    socket.destroy();
  });
  await new Promise<void>((resolve) => here.listen(0, '127.0.0.1', resolve));
  const url = `https://rebound.example:${(here.address() as AddressInfo).port}/`;
  const how = { loopbackToo: false, lookup: leadsTo('127.0.0.1') };
  expect(await post(request(url), how)).toEqual({ ok: false, status: null, failure: 'private_address' });
  expect(seen).toEqual([]);
  await new Promise((resolve) => here.close(resolve));
});

it('says what is wrong where nothing is heard', async () => {
  const heard = async (url: string, how = HERE) => {
    const outcome = await post(request(url), how);
    return outcome.ok ? 'ok' : outcome.failure;
  };
  expect(await heard('http://127.0.0.1:9/')).toBe('no_connection');
  expect(await heard('https://no-such-name.invalid/')).toBe('no_address');
  expect(await heard(`https://127.0.0.1:${receiver.port}/`)).toBe('bad_certificate');
  expect(await heard('http://93.184.216.34/', { loopbackToo: false })).toBe('not_https');
});
