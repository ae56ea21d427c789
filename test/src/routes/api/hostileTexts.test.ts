import { z } from 'zod';
import { orderContent } from '../../../factories/orderContents';
import { buildUser } from '../../../factories/people';
import { startApiSite, type ApiSite, type Caller } from '../../../support/apiSite';
import { fingerprintOf } from '../../../support/fingerprint';

/*
 * Texts that break programs. Each is either refused, with its field named, or it is kept just as it was sent: then it reads
 * back the same, and sending it again changes nothing.
 */

let site: ApiSite;
let shop: Caller;
let teacherEmail: string;

beforeAll(async () => {
  site = await startApiSite();
  shop = await site.caller();
  teacherEmail = (await buildUser('teacher')).email;
});

afterAll(() => site.close());

const KEPT = [
  'Ünïcödé ßtraße',
  'مرحبا بالعالم',
  'שלום \u200fעולם\u200e',
  '日本語の授業',
  '👩‍👩‍👧‍👦 and 🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢',
  "Robert'); DROP TABLE users;--",
  '<script>alert(1)</script>',
  '{{constructor.constructor("return 1")()}} ${7*7} %s %00 \\0',
  '=HYPERLINK("http://evil.example")',
  '\u202ereversed',
  '100 % _ \\ " \' `',
  'null',
  '\ufffd\ufeffx',
  'x'.repeat(80),
  '𝒳'.repeat(80),
];
const REFUSED = [
  'a\u0000b',
  'a\u0007b',
  'a\nb',
  'a\tb',
  'a\u0085b',
  '\ud800',
  'x\udfffy',
  'x'.repeat(81),
  '𝒳'.repeat(81),
  '   ',
  '\u00a0',
];

let count = 0;
const newOrder = () => `/api/v1/orders/T-${(count += 1)}`;

const orderSchema = z.object({
  title: z.string(),
  buyer: z.object({ firstName: z.string(), lastName: z.string() }),
  guests: z.array(z.object({ name: z.string().nullable(), email: z.string() })),
});

/** The same text in every place that takes one of eighty characters. */
function contentWith(text: string) {
  const buyer = { email: `buyer${count}@buyers.test`, firstName: text, lastName: text, timeZone: null, language: null };
  return orderContent(teacherEmail, { title: text, buyer, guests: [{ email: 'mum@guests.test', name: text }] });
}

it.each(KEPT)('%j is kept as it is', async (text) => {
  const [order, content] = [newOrder(), contentWith(text)];
  expect((await shop.put(order, content)).status).toBe(201);
  const { title, buyer, guests } = orderSchema.parse((await shop.get(order)).body);
  expect([title, buyer.firstName, buyer.lastName, guests[0]?.name]).toEqual([text, text, text, text]);
  const before = await fingerprintOf(site.website.deps);
  const again = await shop.put(order, content);
  expect([again.status, again.body]).toEqual([200, expect.objectContaining({ changedHere: [], notes: [] })]);
  expect(await fingerprintOf(site.website.deps)).toBe(before);
});

it.each(REFUSED)('%j is refused', async (text) => {
  const before = await fingerprintOf(site.website.deps);
  const answer = await shop.put(newOrder(), { ...contentWith(text), title: 'Maths' });
  const { errors } = z.object({ errors: z.array(z.object({ pointer: z.string() })) }).parse(answer.body);
  const pointers = new Set(errors.map(({ pointer }) => pointer));
  expect(answer.status).toBe(422);
  expect([...pointers]).toEqual(expect.arrayContaining(['/buyer/firstName', '/buyer/lastName']));
  expect(await fingerprintOf(site.website.deps)).toBe(before);
});

const ADDRESSES = [
  'user+tag@sub.domain.example.co.uk',
  "o'brien!#$%&*/=?^_`{|}~-@x.test",
  'dots.in.it@x-y.test',
  'UPPER@X.TEST',
  'üñïçødé@x.test',
  'пользователь@пример.испытание',
  'a@xn--bcher-kva.example',
  `${'l'.repeat(64)}@x.test`,
];
const NO_ADDRESSES = [
  'a',
  '@x.test',
  'a@',
  'a@b',
  'a@@x.test',
  'a b@x.test',
  '"a b"@x.test',
  'a@[127.0.0.1]',
  'a@x.test, b@x.test',
  'a@x.test\u0000',
  'a\u200b@x.test',
  'a\u202e@x.test',
  'a\ud800@x.test',
  'a@x.te\u00adst',
  'a\r\nBcc: b@x.test',
  `${'a'.repeat(250)}@x.test`,
  '<a@x.test>',
];

it.each(ADDRESSES)('the address %j is taken, and is the same person the next time', async (email) => {
  const order = newOrder();
  const content = orderContent(teacherEmail, { guests: [{ email, name: null, timeZone: null, language: null }] });
  expect((await shop.put(order, content)).status).toBe(201);
  const before = await fingerprintOf(site.website.deps);
  expect((await shop.put(order, content)).body).toMatchObject({ guests: [{ email }], changedHere: [] });
  expect(await fingerprintOf(site.website.deps)).toBe(before);
});

it.each(NO_ADDRESSES)('the address %j is refused', async (email) => {
  const buyer = { ...orderContent(teacherEmail).buyer, email };
  for (const [pointer, changed] of [
    ['/guests/0/email', { guests: [{ email }] }],
    ['/buyer/email', { buyer }],
    ['/teacher/email', { teacher: { email } }],
  ] as const) {
    const answer = await shop.put(newOrder(), orderContent(teacherEmail, changed));
    expect([answer.status, answer.body]).toEqual([422, expect.objectContaining({ code: 'invalid_fields' })]);
    expect(answer.text).toContain(`"pointer":"${pointer}"`);
  }
});

const ZONES = ['Etc/GMT+5', 'UTC', 'Pacific/Kiritimati', 'America/Argentina/ComodRivadavia', 'Asia/Kathmandu'];
const NO_ZONES = [
  'Etc/GMT+25',
  'GMT+5',
  'CET+1',
  'local',
  'system',
  'Europe/berlin ',
  '../etc/passwd',
  'Европа/Берлин',
  '',
];
const content = (changed: Readonly<Record<string, unknown>>) => {
  return { localStart: '2030-01-15T10:00', timeZone: 'UTC', durationMinutes: 60, ...changed };
};

it('time zones, lengths and times of every kind are taken or refused, and none is a fault', async () => {
  const order = newOrder();
  await shop.put(order, orderContent(teacherEmail));
  const put = (changed: Readonly<Record<string, unknown>>) =>
    shop.put(`${order}/class-dates/C-${(count += 1)}`, content(changed)).then(({ status }) => status);
  for (const timeZone of ZONES) expect([timeZone, await put({ timeZone })]).toEqual([timeZone, 201]);
  for (const timeZone of NO_ZONES) expect([timeZone, await put({ timeZone })]).toEqual([timeZone, 422]);
  for (const durationMinutes of [0, 1441, -1, 1e21, 60.5]) expect(await put({ durationMinutes })).toBe(422);
  for (const durationMinutes of [1, 1440, 60.0]) expect(await put({ durationMinutes })).toBe(201);
  for (const localStart of ['9999-12-31T23:59', '0000-01-01T00:00', '2030-13-01T10:00', '2029-02-29T10:00']) {
    expect([localStart, await put({ localStart })]).toEqual([localStart, 422]);
  }
  // The clocks jump over it; they show it twice; a day that Samoa left out.
  for (const [localStart, timeZone] of [
    ['2030-03-31T02:30', 'Europe/Berlin'],
    ['2030-10-27T02:30', 'Europe/Berlin'],
    ['2030-10-06T02:15', 'Australia/Lord_Howe'],
  ]) {
    expect(await put({ localStart, timeZone })).toBe(201);
  }
});
