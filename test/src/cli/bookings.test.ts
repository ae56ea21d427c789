import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import request from 'supertest';
import { ClassDate } from '../../../src/models/ClassDate';
import { buildOrder } from '../../factories/classes';
import { testSettings } from '../../support/config';
import { runCli } from '../../support/cli';
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
  expect((await cli('api-keys', 'revoke', String(id))).out.trim()).toBe(`Key ${id} is withdrawn.`);
  expect((await call()).status).toBe(401);
  expect((await cli('api-keys', 'list', '--json')).out).not.toContain(secret);
  expect((await cli('api-keys', 'revoke', '999')).err.trim()).toBe('There is no such key.');
  const wrong = await cli('api-keys', 'create', 'X', '--customer', 'shop', '--scopes', 'everything');
  expect([wrong.code, wrong.err.trim()]).toEqual([64, 'Choose what the key may do.']);
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
