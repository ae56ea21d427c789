import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import request from 'supertest';
import { createApiKey } from '../../../src/commands/createApiKey';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { ClassDate } from '../../../src/models/ClassDate';
import { buildOrder } from '../../factories/classes';
import { buildSoldClass, publishOutcomes } from '../../factories/pushes';
import { testSettings } from '../../support/config';
import { runCli, runCommands } from '../../support/cli';
import { startReceiver, verified, type Receiver } from '../../support/receiver';
import { startWebsite, type Website } from '../../support/website';

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

const cli = (...args: string[]) =>
  runCli(args, { settings: testSettings({ DATABASE_URL: website.deps.config.database.url }) });

it('makes, lists and withdraws keys', async () => {
  const made = await cli(
    'api-keys',
    'create',
    'Nightly sync',
    '--customer',
    'shop',
    '--scopes',
    'orders:read',
    '--json',
  );
  expect(made.code).toBe(0);
  const { id, secret } = JSON.parse(made.out) as { id: number; secret: string };
  const call = () => request(website.server).get('/api/v1/orders').set('Authorization', `Bearer ${secret}`);
  expect((await call()).status).toBe(200);
  expect((await cli('api-keys', 'list')).out).toMatch(new RegExp(`${id} +Nightly sync +shop +good`));
  const change = ['api-keys', 'change', String(id), '--scopes'];
  expect((await cli(...change, 'events:read')).out.trim()).toBe(`What key ${id} may do is changed.`);
  expect((await call()).status).toBe(403);
  expect((await cli(...change, 'events:read')).out.trim()).toBe(`That is what key ${id} may do.`);
  expect((await cli(...change, 'everything')).err.trim()).toBe('Choose what the key may do.');
  expect((await cli('api-keys', 'revoke', String(id))).out.trim()).toBe(`Key ${id} is withdrawn.`);
  expect((await call()).status).toBe(401);
  expect((await cli('api-keys', 'list', '--json')).out).not.toContain(secret);
  expect((await cli('api-keys', 'revoke', '999')).err.trim()).toBe('There is no such key.');
  const wrong = await cli('api-keys', 'create', 'X', '--customer', 'shop', '--scopes', 'everything');
  expect([wrong.code, wrong.err.trim()]).toEqual([64, 'Choose what the key may do.']);
  expect((await cli('api-keys', 'create', 'X', '--customer', 'shop')).code).toBe(64);
});

it('imports a file of class dates, says what it refuses, and books nothing twice', async () => {
  const order = await buildOrder();
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'import-')), 'dates.csv');
  const lines = ['order,class_date,start,time_zone,minutes', `${order.id},a,2030-01-15T10:00,UTC,60`];
  await writeFile(file, [...lines, `${order.id},b,2030-01-15T10:00,Nowhere,60`].join('\r\n'));
  const dry = await cli('class-dates', 'import', file, '--dry-run');
  expect(dry.out.trim()).toBe('Would be booked: 1. There already: 0. Refused: 1.');
  expect(await ClassDate.count()).toBe(0);
  const done = await cli('class-dates', 'import', file, '--json');
  expect(JSON.parse(done.out)).toMatchObject({
    booked: 1,
    there: 0,
    left: 0,
    problems: [{ line: 3, column: 'time_zone' }],
  });
  expect(done.code).toBe(1);
  expect((await cli('class-dates', 'import', file)).out.trim()).toBe('Booked: 0. There already: 1. Refused: 1.');
  const none = await cli('class-dates', 'import', `${file}.none`);
  expect([none.code, none.err.trim()]).toEqual([64, `The file ${file}.none cannot be read.`]);
});

describe('push-endpoints', () => {
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await startReceiver();
  });

  afterAll(() => receiver.close());

  /** One after the other, in one process. */
  const push = (...commands: (readonly string[])[]) =>
    runCommands(
      commands.map((args) => ['push-endpoints', ...args]),
      { settings: testSettings({ DATABASE_URL: website.deps.config.database.url, PUSH_TO_LOOPBACK: 'true' }) },
    );

  it('makes endpoints, tests and switches them, and pushes again', async () => {
    const key = { name: 'Push', customer: 'pusher', scopes: ['events:read'], callsAMinute: 10, days: null };
    await createApiKey(website.deps, key, THE_SYSTEM);
    const [unknown, made] = await push(
      ['create', receiver.url, '--customer', 'nobody'],
      ['create', receiver.url, '--customer', 'pusher', '--types', 'class.ready', '--json'],
    );
    expect([unknown?.code, unknown?.err]).toEqual([64, expect.stringContaining('There is no API key for them')]);
    const { id, secret } = JSON.parse(made?.out ?? '') as { id: number; secret: string };
    const [event = ''] = await publishOutcomes(website.deps, await buildSoldClass('pusher'), ['class.ready']);
    const one = String(id);
    receiver.answerWith(() => (receiver.calls.length === 1 ? 204 : 302));

    const ran = await push(
      ['test', one],
      ['test', one],
      ['deliveries', one],
      ['off', one],
      ['off', one],
      ['deliveries', one, '--state', 'failed', '--json'],
      ['replay', one, '--event', event],
      ['on', one],
      ['replay', one, '--event', event],
      ['replay', one, '--from', '2020-01-01', '--to', '2099-01-01', '--json'],
      ['replay', one],
      ['rotate', one],
      ['change', one, '--url', 'nowhere'],
      ['change', one, '--types', 'class.live,class.ready'],
      ['list'],
      ['test', '999'],
    );
    expect(ran.map(({ code }) => code)).toEqual([0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 64, 0, 64, 0, 0, 1]);
    expect(ran.map(({ out, err }) => (out + err).trim())).toEqual([
      'It was taken (204).',
      'It was not taken: it redirects elsewhere, which is not followed (302).',
      expect.stringMatching(new RegExp(`${event} +class.ready +\\d+ +waiting +0`)),
      `Endpoint ${id} is off now.`,
      `Endpoint ${id} was off before.`,
      expect.stringContaining(event),
      'The endpoint is off. Switch it on first.',
      `Endpoint ${id} is on now.`,
      'Events that go out again: 1',
      expect.stringContaining('"events": 1'),
      'Give either --event, or --from and a later --to.',
      expect.stringMatching(/^whsec_\S+$/),
      'Enter an address such as https://shop.example/events.',
      `Endpoint ${id} is changed.`,
      expect.stringMatching(new RegExp(`${id} +pusher +on +0 +1 +0`)),
      'There is no such endpoint.',
    ]);
    expect(receiver.calls.map((call) => verified(call, secret))).toMatchObject([
      { type: 'endpoint.test' },
      { type: 'endpoint.test' },
    ]);
    expect(ran[14]?.out).not.toContain('whsec_');
  });
});
