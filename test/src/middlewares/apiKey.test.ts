import request from 'supertest';
import { revokeApiKey } from '../../../src/commands/revokeApiKey';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { API_SCOPES, type ApiScope } from '../../../src/domain/apiScopes';
import { ApiKey } from '../../../src/models/ApiKey';
import { OPERATIONS } from '../../../src/routes/api/operations';
import { startApiSite, type ApiSite } from '../../support/apiSite';

const ORDERS = '/api/v1/orders';

let site: ApiSite;

beforeAll(async () => {
  site = await startApiSite();
});

afterAll(() => site.close());

const address = (path: string) => path.replace(':person', 'user:1').replace(/:\w+$|:\w+(?=\/)/g, 'x');

it('no call is answered without a good key', async () => {
  const shop = await site.caller();
  const revoked = await site.caller();
  await revokeApiKey(site.website.deps, revoked.keyId, THE_SYSTEM);
  const past = await site.caller({ days: 1 });
  await ApiKey.update({ expiresAt: new Date(Date.now() - 1) }, { where: { id: past.keyId } });
  const bad = [
    '',
    'Bearer',
    'Bearer x',
    `Basic ${shop.secret}`,
    `Bearer ${shop.secret}x`,
    `Bearer dcl_${'a'.repeat(43)}`,
  ];
  for (const header of [...bad, `Bearer ${revoked.secret}`, `Bearer ${past.secret}`]) {
    for (const { method, path } of OPERATIONS) {
      const name = method.toLowerCase() as 'get' | 'put' | 'delete';
      const agent = request(site.website.server);
      const answer = await agent[name](address(path)).set(header === '' ? {} : { Authorization: header });
      expect([header, answer.status, answer.type]).toEqual([header, expect.any(Number), 'application/problem+json']);
      expect([401, 429]).toContain(answer.status);
      expect(answer.headers['www-authenticate'] ?? answer.headers['retry-after']).toBeDefined();
    }
  }
  // Whoever tried so many keys is told when to come back; a good key is let in all the same.
  const tooMany = await request(site.website.server).get(ORDERS).set('Authorization', 'Bearer x');
  expect([tooMany.status, tooMany.body]).toEqual([429, expect.objectContaining({ code: 'too_many_wrong_keys' })]);
  expect(Number(tooMany.headers['retry-after'])).toBeGreaterThan(0);
  expect((await shop.get(ORDERS)).status).toBe(200);
  const logs = site.website.logged.join('');
  for (const { secret } of [shop, revoked, past]) expect(logs).not.toContain(secret);
});

it('a key does what its scopes say, and nothing else', async () => {
  const wrong: string[] = [];
  for (const scope of Object.keys(API_SCOPES) as ApiScope[]) {
    const caller = await site.caller({ scopes: [scope], customer: 'scoped' });
    for (const operation of OPERATIONS) {
      const path = address(operation.path);
      const answer =
        operation.method === 'PUT'
          ? await caller.put(path, {})
          : await (operation.method === 'GET' ? caller.get(path) : caller.delete(path));
      if ((answer.status === 403) !== (operation.scope !== scope))
        wrong.push(`${operation.id} with ${scope}: ${answer.status}`);
    }
  }
  expect(wrong).toEqual([]);
});

it('a key may call so often a minute, and is told when to come back; others go on', async () => {
  const [slow, other] = [await site.caller({ callsAMinute: 3 }), await site.caller({ callsAMinute: 3 })];
  const answers = [];
  for (let call = 0; call < 5; call += 1) answers.push(await slow.get(ORDERS));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
  expect(answers[0]?.headers).toMatchObject({ 'ratelimit-policy': '"key";q=3;w=60' });
  expect(answers[0]?.headers['ratelimit']).toMatch(/^"key";r=2;t=\d+$/);
  expect(Number(answers[4]?.headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(answers[4]?.headers['retry-after'])).toBeLessThanOrEqual(60);
  expect((await other.get(ORDERS)).status).toBe(200);
});

it('a key that comes back after it was told to is let in; before that it is not', async () => {
  const { get } = await site.caller({ callsAMinute: 1 });
  const startedAt = Date.now();
  let aheadMs = 0;
  const now = jest.spyOn(Date, 'now').mockImplementation(() => startedAt + aheadMs);
  expect((await get(ORDERS)).status).toBe(200);
  const seconds = Number((await get(ORDERS)).headers['retry-after']);
  aheadMs = (seconds - 1) * 1000;
  expect((await get(ORDERS)).status).toBe(429);
  aheadMs = seconds * 1000 + 1;
  expect((await get(ORDERS)).status).toBe(200);
  now.mockRestore();
});

it('says when a key was last used, without a write for each call', async () => {
  const { keyId, get } = await site.caller();
  const lastUse = async () => (await ApiKey.findByPk(keyId))?.lastUsedAt?.getTime() ?? 0;
  await get(ORDERS);
  const first = await lastUse();
  expect(first).toBeGreaterThan(0);
  await get(ORDERS);
  expect(await lastUse()).toBe(first);
  await ApiKey.update({ lastUsedAt: new Date(Date.now() - 120_000) }, { where: { id: keyId } });
  await get(ORDERS);
  expect(await lastUse()).toBeGreaterThanOrEqual(first);
});

it('a hundred calls without a good key are refused as such, and the next one as one too many', async () => {
  await site.website.restart();
  const statuses = [];
  for (let call = 0; call < 101; call += 1) statuses.push((await request(site.website.server).get(ORDERS)).status);
  expect([new Set(statuses.slice(0, 100)), statuses[100]]).toEqual([new Set([401]), 429]);
});
