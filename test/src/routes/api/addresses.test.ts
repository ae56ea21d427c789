import request from 'supertest';
import { z } from 'zod';
import { orderContent } from '../../../factories/orderContents';
import { buildUser } from '../../../factories/people';
import { startApiSite, type ApiSite, type Caller } from '../../../support/apiSite';

const ORDER = '/api/v1/orders/A-1042';

let site: ApiSite;
let shop: Caller;

beforeAll(async () => {
  site = await startApiSite();
  shop = await site.caller();
  await shop.put(ORDER, orderContent((await buildUser('teacher')).email));
});

afterAll(() => site.close());

const problemSchema = z.object({
  status: z.number(),
  code: z.string(),
  errors: z.array(z.object({ parameter: z.string() })).default([]),
});

async function refused(method: 'get' | 'post' | 'patch' | 'propfind', address: string) {
  const answer = await request(site.website.server)[method](address).set('Authorization', `Bearer ${shop.secret}`);
  expect(answer.type).toBe('application/problem+json');
  const { status, code, errors } = problemSchema.parse(answer.body);
  expect(status).toBe(answer.status);
  return { status, code, named: errors.map(({ parameter }) => parameter), allow: answer.headers['allow'] };
}

it.each([
  ['a slash', 'A%2FB'],
  ['two dots', '%2e%2e'],
  ['a zero', '%00'],
  ['a line break', 'A-1042%0a'],
  ['bytes that are no UTF-8', '%ff'],
  ['what is no escape', '%ZZ'],
  ['300 characters', 'a'.repeat(300)],
])('names the part of an address that cannot be: %s', async (_what, id) => {
  const wrong = { status: 400, code: 'invalid_parameters', named: ['order'] };
  expect(await refused('get', `/api/v1/orders/${id}`)).toMatchObject(wrong);
});

it.each(['?__proto__=1', '?constructor=1', '?limit=1&limit=2', '?limit[]=1', '?limit=%00', '?%ZZ=1'])(
  'names what is wrong behind the address: %s',
  async (query) => {
    const [name = ''] = query.slice(1).split('=');
    const wrong = { status: 400, code: 'invalid_parameters', named: [name] };
    expect(await refused('get', `/api/v1/orders${query}`)).toMatchObject(wrong);
  },
);

it.each(['post', 'patch', 'propfind'] as const)(
  'says what an address takes to whoever calls it by %s',
  async (method) => {
    const wrong = await refused(method, ORDER);
    expect(wrong).toMatchObject({ status: 405, code: 'method_not_allowed' });
    expect(wrong.allow?.split(', ').sort()).toEqual(['DELETE', 'GET', 'HEAD', 'PUT']);
  },
);

it.each(['/api/v1//orders', '/api/v1/nothing', '/api/v1/'])('has no %s', async (address) => {
  expect(await refused('get', address)).toMatchObject({ status: 404, code: 'not_found' });
});

it('is small letters, so that whatever is wrong is told to programs in their way', async () => {
  const answer = await request(site.website.server).get('/API/V1/orders').set('Authorization', `Bearer ${shop.secret}`);
  expect(answer.status).toBe(404);
});

it('answers HEAD as GET, without the body, and OPTIONS with what it takes', async () => {
  const agent = request(site.website.server);
  const head = await agent.head(ORDER).set('Authorization', `Bearer ${shop.secret}`);
  const get = await shop.get(ORDER);
  expect([head.status, head.headers['etag'], head.text]).toEqual([200, get.headers['etag'], undefined]);
  expect((await agent.head(ORDER)).status).toBe(401);
  expect((await agent.options(ORDER)).headers['allow']).toContain('PUT');
});
