import { orderContent } from '../../../factories/orderContents';
import { buildUser } from '../../../factories/people';
import { startApiSite, type ApiSite, type Caller } from '../../../support/apiSite';
import { fingerprintOf } from '../../../support/fingerprint';

const ORDER = '/api/v1/orders/A-1042';

let site: ApiSite;
let shop: Caller;
let teacherEmail: string;
let tag: string;

beforeAll(async () => {
  site = await startApiSite();
  shop = await site.caller();
  teacherEmail = (await buildUser('teacher')).email;
});

afterAll(() => site.close());

beforeEach(async () => {
  await shop.put(ORDER, orderContent(teacherEmail));
  tag = String((await shop.get(ORDER)).headers['etag']);
});

const other = () => orderContent(teacherEmail, { title: 'Maths 8' });

it.each([
  ['a weak one', () => `W/${tag}`],
  ['one without its quotes', () => tag.slice(1, -1)],
  ['others', () => '"a", "b"'],
  ['none', () => ''],
  ['none, with a comma', () => ','],
])('does nothing where If-Match names %s', async (_what, given) => {
  const before = await fingerprintOf(site.website.deps);
  const headers = { 'If-Match': given() };
  expect([(await shop.put(ORDER, other(), headers)).status, (await shop.delete(ORDER, { headers })).status]).toEqual([
    412, 412,
  ]);
  expect(await fingerprintOf(site.website.deps)).toBe(before);
});

it.each([
  ['the ETag', () => tag],
  ['it among others', () => `"a" , ${tag}`],
  ['whatever is there', () => '*'],
])('does it where If-Match names %s', async (_what, given) => {
  const answer = await shop.put(ORDER, other(), { 'If-Match': given() });
  expect([answer.status, answer.body]).toEqual([200, expect.objectContaining({ title: 'Maths 8' })]);
});

it.each(['*', '"a", *'])('makes nothing anew where If-None-Match is %s and it is there', async (given) => {
  expect((await shop.put(ORDER, other(), { 'If-None-Match': given })).status).toBe(412);
  expect((await shop.get(ORDER)).headers['etag']).toBe(tag);
});
