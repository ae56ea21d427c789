import request from 'supertest';
import { ApiKey } from '../../../../src/models/ApiKey';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
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

it('a key may do more, or less, from its next call on, and stays the same key', async () => {
  const secret = parse(await browser.submit(paths.apiKeys, { ...GOOD, scopes: 'events:read' }))('.secret').text();
  const key = await ApiKey.findOne({ order: [['id', 'DESC']], rejectOnEmpty: true });
  const ticked = async () =>
    parse(await browser.get(paths.apiKey(key.id)))('input[checked]')
      .map((_, box) => box.attribs['value'])
      .get();
  expect([(await call(secret)).status, await ticked()]).toEqual([403, ['events:read']]);
  const changeTo = async (...scopes: string[]) => {
    const body = new URLSearchParams(scopes.map((scope): [string, string] => ['scopes', scope]));
    body.set('_csrf', await browser.token());
    return browser.submitText(paths.apiKey(key.id), body.toString());
  };
  const more = ['people:write', 'orders:read', 'orders:read'];
  expect((await changeTo(...more)).status).toBe(303);
  expect([(await call(secret)).status, await ticked()]).toEqual([200, ['orders:read', 'people:write']]);
  const row = { entityType: 'api_key', entityId: key.id, action: 'api_key_changed' };
  const [audit, ...others] = await ZoomAuditLog.findAll({ where: row });
  const metadata = { scopes: 'orders:read people:write', former: 'events:read' };
  expect([JSON.parse(audit?.metadata ?? ''), others]).toEqual([metadata, []]);
  // The same again is no change.
  await changeTo(...more);
  expect(await ZoomAuditLog.count({ where: row })).toBe(1);
  const wrong = await changeTo('everything');
  expect([wrong.status, parse(wrong)('.summary a[href="#scopes"]').length]).toEqual([422, 1]);
  await browser.submit(paths.apiKeyRevocation(key.id));
  expect((await changeTo(...more)).status).toBe(409);
  expect((await browser.get(paths.apiKey(999_999))).status).toBe(404);
});

it('a key may do what is ticked for it, and nothing is until somebody does', async () => {
  const before = await ApiKey.count();
  const page = parse(await browser.get(paths.apiKeys));
  expect([page('[name=scopes]').length > 0, page('[name=scopes][checked]').length]).toEqual([true, 0]);
  const { name, customer, callsAMinute, days } = GOOD;
  const answer = await browser.submit(paths.apiKeys, { name, customer, callsAMinute, days });
  expect([answer.status, parse(answer)('.summary a[href="#scopes"]').text()]).toEqual([
    422,
    'Choose what the key may do.',
  ]);
  expect([parse(answer)('#name').attr('value'), await ApiKey.count()]).toEqual([name, before]);
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
