import request from 'supertest';
import { ApiKey } from '../../../../src/models/ApiKey';
import { paths } from '../../../../src/routes/paths';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;
let browser: Browser;

beforeAll(async () => {
  website = await startWebsite();
  browser = (await signedInBrowser(website, 'admin')).browser;
});

afterAll(() => website.close());

const call = (secret: string) => request(website.server).get(paths.apiOrders).set('Authorization', `Bearer ${secret}`);
const GOOD = { name: 'The shop', customer: 'shop', scopes: 'orders:read', callsAMinute: '600', days: '' };

it('a key is shown once, works, and stops working when it is withdrawn', async () => {
  const made = await browser.submit(paths.apiKeys, GOOD);
  const secret = parse(made)('.secret').text();
  expect(secret).toMatch(/^dcl_[\w-]{43}$/);
  expect(made.headers['cache-control']).toBe('no-store');
  const page = await browser.get(paths.apiKeys);
  expect(page.text).not.toContain(secret);
  expect(page.text).toContain(secret.slice(0, 10));
  expect((await call(secret)).status).toBe(200);
  const key = await ApiKey.findOne({ rejectOnEmpty: true });
  expect(JSON.stringify(key)).not.toContain(secret);
  expect((await browser.submit(paths.apiKeyRevocation(key.id))).status).toBe(303);
  expect((await call(secret)).status).toBe(401);
  expect((await website.audited()).filter((action) => action.startsWith('api_key'))).toEqual([
    'api_key_created',
    'api_key_revoked',
  ]);
  expect(website.logged.join('')).not.toContain(secret);
});

it.each([
  ['name', { name: '' }],
  ['customer', { customer: 'The Shop' }],
  ['scopes', { scopes: 'everything' }],
  ['callsAMinute', { callsAMinute: 'many' }],
  ['days', { days: '-1' }],
])('says what is wrong with its %s', async (field, wrong) => {
  const before = await ApiKey.count();
  const page = await browser.submit(paths.apiKeys, { ...GOOD, ...wrong });
  expect(page.status).toBe(422);
  expect(parse(page)(`.summary a[href="#${field}"]`)).toHaveLength(1);
  expect(await ApiKey.count()).toBe(before);
});
