import fc from 'fast-check';
import request from 'supertest';
import { z } from 'zod';
import { changeOrder } from '../../../../src/commands/changeOrder';
import { cancelClass } from '../../../../src/commands/cancelClass';
import { reopenClass } from '../../../../src/commands/reopenClass';
import { rescheduleClass } from '../../../../src/commands/rescheduleClass';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { BookOrder } from '../../../../src/models/BookOrder';
import { ClassDate } from '../../../../src/models/ClassDate';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { ZoomSecureToken } from '../../../../src/models/ZoomSecureToken';
import { classDateContent, orderContent } from '../../../factories/orderContents';
import { buildUser } from '../../../factories/people';
import { fingerprintOf } from '../../../support/fingerprint';
import { startApiSite, type ApiSite, type Caller } from '../../../support/apiSite';

let site: ApiSite;
let shop: Caller;
let teacherEmail: string;

beforeAll(async () => {
  site = await startApiSite();
  shop = await site.caller();
  teacherEmail = (await buildUser('teacher')).email;
});

afterAll(() => site.close());

let count = 0;

/** The address of an order that is new. */
const newOrder = () => `/api/v1/orders/O-${(count += 1)}`;
const content = (changed: Readonly<Record<string, unknown>> = {}) => orderContent(teacherEmail, changed);

/** An order with one class date. */
async function booked(): Promise<{ order: string; classDate: string }> {
  const order = newOrder();
  const classDate = `${order}/class-dates/C`;
  expect((await shop.put(order, content())).status).toBe(201);
  expect((await shop.put(classDate, classDateContent())).status).toBe(201);
  return { order, classDate };
}

const fingerprint = () => fingerprintOf(site.website.deps);

const problemSchema = z.object({
  code: z.string(),
  errors: z.array(z.object({ pointer: z.string() })).default([]),
});
const codeOf = (answer: { body: unknown }) => problemSchema.parse(answer.body).code;
const pointersOf = (answer: { body: unknown }) => problemSchema.parse(answer.body).errors.map(({ pointer }) => pointer);

async function rowOf(address: string): Promise<ClassDate> {
  const externalId = address.split('/')[4] ?? '';
  const order = await BookOrder.findOne({ where: { externalId }, rejectOnEmpty: true });
  return ClassDate.findOne({ where: { orderId: order.id }, rejectOnEmpty: true });
}

describe('the same again', () => {
  it('changes nothing and tells nobody', async () => {
    const { order, classDate } = await booked();
    const [before, hints] = [await fingerprint(), site.website.temporal.hints.length];
    expect((await shop.put(order, content())).status).toBe(200);
    expect((await shop.put(classDate, classDateContent())).status).toBe(200);
    expect(await fingerprint()).toBe(before);
    expect(site.website.temporal.hints).toHaveLength(hints);
    expect((await shop.delete(classDate)).status).toBe(200);
    const cancelled = await fingerprint();
    expect((await shop.delete(classDate)).body).toMatchObject({ state: 'cancelled' });
    expect(await fingerprint()).toBe(cancelled);
  });

  it('at once makes one order and one class date', async () => {
    const order = newOrder();
    const statuses = (await Promise.all([1, 2, 3].map(() => shop.put(order, content())))).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 200, 201]);
    const dates = await Promise.all([1, 2].map(() => shop.put(`${order}/class-dates/C`, classDateContent())));
    expect(dates.map(({ status }) => status).sort()).toEqual([200, 201]);
    const row = await rowOf(order);
    expect(await ClassDate.count({ where: { orderId: row.orderId } })).toBe(1);
    expect(await ZoomSecureToken.count({ where: { classDateId: row.id } })).toBe(4);
  });
});

describe('people who are named by the same word again', () => {
  /** An order of a buyer and a teacher of its own, as it is sent. */
  async function ownPeople() {
    const [teacher, buyer] = [await buildUser('teacher'), await buildUser('student')];
    const { email, firstName, lastName } = buyer;
    const sent = { teacher: { email: teacher.email }, buyer: { email, firstName, lastName } };
    const { order } = await booked();
    expect((await shop.put(order, content(sent))).status).toBe(200);
    return { order, teacher, buyer, sent };
  }

  it('are the same people, though their addresses have been corrected here', async () => {
    const { order, teacher, buyer, sent } = await ownPeople();
    await buyer.update({ email: `corrected-${buyer.email}` });
    await teacher.update({ email: `corrected-${teacher.email}` });
    const before = await fingerprint();
    expect((await shop.put(order, content(sent))).body).toMatchObject({ changedHere: [] });
    expect(await fingerprint()).toBe(before);
    const row = await rowOf(order);
    expect(await BookOrder.findByPk(row.orderId)).toMatchObject({ userId: buyer.id, teacherId: teacher.id });
  });

  it('are no obstacle when they are disabled by now, unless they are to have a part anew', async () => {
    const { order, teacher, buyer, sent } = await ownPeople();
    await buyer.update({ disabledAt: new Date() });
    await teacher.update({ disabledAt: new Date() });
    const answer = await shop.put(order, content({ ...sent, guests: [] }));
    expect([answer.status, answer.body]).toMatchObject([200, { guests: [] }]);
    const { orderId } = await rowOf(order);
    const other = await buildUser('student');
    await BookOrder.update({ userId: other.id }, { where: { id: orderId } });
    expect((await shop.put(order, content({ ...sent, guests: [] }))).body).toMatchObject({ changedHere: ['buyer'] });
    const back = await shop.put(`${order}?accept=buyer`, content({ ...sent, guests: [] }));
    expect([back.status, pointersOf(back)]).toEqual([422, ['/buyer/email']]);
    expect(pointersOf(await shop.put(newOrder(), content({ teacher: sent.teacher })))).toEqual(['/teacher/email']);
  });
});

it('guests who stay keep their links; who is left out loses theirs, who is new gets one', async () => {
  const { order, classDate } = await booked();
  const guests = [...content().guests.slice(0, 2), { email: 'new@guests.test' }];
  const former = await ZoomSecureToken.findAll({ where: { classDateId: (await rowOf(order)).id } });
  await shop.put(order, content({ guests: [{ ...guests[0], name: 'Mama' }, ...guests.slice(1)] }));
  const now = await ZoomSecureToken.findAll({ where: { classDateId: (await rowOf(order)).id } });
  const tokenOf = (passes: ZoomSecureToken[], email: string) => passes.find((pass) => pass.email === email)?.token;
  expect(tokenOf(now, 'mum@guests.test')).toBe(tokenOf(former, 'mum@guests.test'));
  expect(now.find(({ email }) => email === 'sis@guests.test')?.revokedAt).not.toBeNull();
  expect(tokenOf(now, 'new@guests.test')).toBeDefined();
  // Back again, as before: nothing of it counts as changed here.
  expect((await shop.put(order, content())).body).toMatchObject({ changedHere: [], guests: [{}, {}, {}] });
  expect((await shop.get(classDate)).status).toBe(200);
});

describe('a stale call', () => {
  it('is refused by its ETag', async () => {
    const { order, classDate } = await booked();
    const tag = String((await shop.get(order)).headers['etag']);
    const dateTag = String((await shop.get(classDate)).headers['etag']);
    await shop.put(order, content({ title: 'Maths 8' }), { 'If-Match': tag });
    await shop.put(classDate, classDateContent({ durationMinutes: 45 }), { 'If-Match': dateTag });
    const before = await fingerprint();
    const stale = { 'If-Match': tag };
    expect((await shop.put(order, content({ title: 'Maths 9' }), stale)).status).toBe(412);
    expect((await shop.delete(order, { headers: stale })).status).toBe(412);
    expect((await shop.put(classDate, classDateContent(), { 'If-Match': dateTag })).status).toBe(412);
    expect((await shop.put(order, content(), { 'If-None-Match': '*' })).status).toBe(412);
    expect((await shop.put(newOrder(), content(), { 'If-Match': '*' })).status).toBe(412);
    expect(await fingerprint()).toBe(before);
  });

  it('is refused by its revision, in whatever order calls arrive', async () => {
    const { order, classDate } = await booked();
    expect((await shop.put(order, content({ title: 'Third', revision: 3 }))).status).toBe(200);
    expect((await shop.put(classDate, classDateContent({ durationMinutes: 30, revision: 2 }))).status).toBe(200);
    const before = await fingerprint();
    expect(codeOf(await shop.put(order, content({ title: 'Second', revision: 2 })))).toBe('old_revision');
    expect(codeOf(await shop.put(order, content({ title: 'Also third', revision: 3 })))).toBe('old_revision');
    expect(codeOf(await shop.put(classDate, classDateContent({ revision: 1 })))).toBe('old_revision');
    expect((await shop.put(order, content({ title: 'Third', revision: 3 }))).status).toBe(200);
    expect(await fingerprint()).toBe(before);
  });

  it('is refused by its revision also when it cancels, and when a cancelling came before it', async () => {
    const { order, classDate } = await booked();
    await shop.put(order, content({ revision: 3 }));
    await shop.put(classDate, classDateContent({ revision: 3 }));
    const before = await fingerprint();
    for (const address of [order, classDate]) {
      for (const revision of ['2', '3']) {
        expect(codeOf(await shop.delete(`${address}?revision=${revision}`))).toBe('old_revision');
      }
    }
    expect((await shop.delete(`${classDate}?revision=x`)).body).toMatchObject({ errors: [{ parameter: 'revision' }] });
    expect(await fingerprint()).toBe(before);
    expect((await shop.delete(`${classDate}?revision=5`)).body).toMatchObject({ state: 'cancelled', revision: 5 });
    // Reopened on purpose, before the cancelling; it comes late.
    const late = classDateContent({ revision: 4, durationMinutes: 30 });
    expect(codeOf(await shop.put(`${classDate}?reopen=true`, late))).toBe('old_revision');
    expect((await shop.delete(`${classDate}?revision=5`)).status).toBe(200);
    expect((await shop.delete(`${order}?revision=4`)).body).toMatchObject({ revision: 4 });
    expect((await shop.delete(order)).status).toBe(200);
  });
});

describe('what was changed here', () => {
  it('stays when the shop sends what it sent before, and is lost only if the shop accepts that', async () => {
    const { order } = await booked();
    const { orderId } = await rowOf(order);
    await changeOrder(site.website.deps, { orderId, title: 'As we say' }, THE_SYSTEM);
    expect((await shop.put(order, content())).body).toMatchObject({ title: 'As we say', changedHere: ['title'] });
    const edit = content({ title: 'As the shop says' });
    const before = await fingerprint();
    const refused = await shop.put(order, edit);
    expect([codeOf(refused), pointersOf(refused)]).toEqual(['changed_here', ['/title']]);
    expect(await fingerprint()).toBe(before);
    const accepted = await shop.put(`${order}?accept=title`, edit);
    expect(accepted.body).toMatchObject({ title: 'As the shop says', changedHere: [] });
  });

  it('also keeps a class where it was moved to, and reopened', async () => {
    const { classDate } = await booked();
    const { id: classDateId } = await rowOf(classDate);
    await rescheduleClass(site.website.deps, { classDateId, localStart: '2030-01-15T12:00' }, THE_SYSTEM);
    expect((await shop.put(classDate, classDateContent())).body).toMatchObject({ localStart: '2030-01-15T12:00' });
    const edit = classDateContent({ localStart: '2030-01-15T14:00' });
    expect(pointersOf(await shop.put(classDate, edit))).toEqual(['/localStart']);
    expect((await shop.put(`${classDate}?accept=schedule`, edit)).body).toMatchObject({
      localStart: '2030-01-15T14:00',
    });
    await shop.delete(classDate);
    await reopenClass(site.website.deps, { classDateId }, THE_SYSTEM);
    expect(codeOf(await shop.delete(classDate))).toBe('changed_here');
    expect((await shop.delete(`${classDate}?accept=state`)).body).toMatchObject({ state: 'cancelled' });
  });

  it('is not what the shop has cancelled itself with the order', async () => {
    const { order, classDate } = await booked();
    await shop.delete(order);
    expect((await shop.get(classDate)).body).toMatchObject({ state: 'cancelled', changedHere: [] });
  });

  it('a class that was cancelled takes place again only when the shop says so', async () => {
    const { classDate } = await booked();
    await cancelClass(site.website.deps, { classDateId: (await rowOf(classDate)).id }, THE_SYSTEM);
    expect((await shop.put(classDate, classDateContent())).body).toMatchObject({
      state: 'cancelled',
      changedHere: ['state'],
    });
    const edit = classDateContent({ durationMinutes: 90 });
    expect(codeOf(await shop.put(classDate, edit))).toBe('class_is_cancelled');
    expect((await shop.put(`${classDate}?reopen=true`, edit)).body).toMatchObject({
      state: 'scheduled',
      durationMinutes: 90,
    });
  });

  it('a class that takes place again does so at the time it was given here, unless the shop has another', async () => {
    const { classDate } = await booked();
    const { id: classDateId } = await rowOf(classDate);
    await rescheduleClass(site.website.deps, { classDateId, localStart: '2030-01-15T12:00' }, THE_SYSTEM);
    await cancelClass(site.website.deps, { classDateId }, THE_SYSTEM);
    const reopened = await shop.put(`${classDate}?reopen=true`, classDateContent());
    expect(reopened.body).toMatchObject({ state: 'scheduled', localStart: '2030-01-15T12:00' });
  });
});

it('a live class is moved and cancelled only by force', async () => {
  const { order, classDate } = await booked();
  await (await rowOf(classDate)).update({ state: 'live' });
  const edit = classDateContent({ durationMinutes: 90 });
  expect(codeOf(await shop.put(classDate, edit))).toBe('class_is_live');
  expect(codeOf(await shop.delete(order))).toBe('class_is_live');
  expect((await shop.put(`${classDate}?force=true`, edit)).status).toBe(200);
  expect((await shop.delete(`${order}?force=true&notify=false`)).status).toBe(200);
  expect(codeOf(await shop.put(order, content({ title: 'Too late' })))).toBe('order_cancelled');
});

describe('another customer', () => {
  it('finds nothing of it, and has ids of its own', async () => {
    const { order, classDate } = await booked();
    const other = await site.caller({ customer: 'other-shop' });
    const person = `user:${(await BookOrder.findOne({ rejectOnEmpty: true })).userId}`;
    const before = await fingerprint();
    for (const address of [
      order,
      classDate,
      `${order}/class-dates`,
      `${classDate}/attendance`,
      `${classDate}/join-links/${person}`,
    ])
      expect([address, (await other.get(address)).status]).toEqual([address, 404]);
    for (const address of [order, classDate]) expect((await other.delete(address)).status).toBe(404);
    expect((await other.put(classDate, classDateContent())).status).toBe(404);
    expect((await other.get('/api/v1/orders')).body).toEqual({ items: [], next: null });
    expect((await other.get('/api/v1/events')).body).toMatchObject({ events: [] });
    expect(await fingerprint()).toBe(before);
    expect((await other.put(order, content())).status).toBe(201);
  });

  it('hears of a class in the way of its own, and not what it is called', async () => {
    const secret = newOrder();
    await shop.put(secret, content({ title: 'A secret course' }));
    await shop.put(`${secret}/class-dates/C`, classDateContent());
    const other = await site.caller({ customer: 'third-shop' });
    const order = newOrder();
    await other.put(order, content());
    const answer = await other.put(`${order}/class-dates/C`, classDateContent());
    expect(answer.text).toContain('overlaps with another class of the same teacher');
    expect(answer.text).not.toContain('A secret course');
  });
});

it('the audit log names the key', async () => {
  const { classDate } = await booked();
  const { id: entityId } = await rowOf(classDate);
  const rows = await ZoomAuditLog.findAll({ where: { entityType: 'class_date', entityId } });
  expect(rows.map(({ metadata }) => JSON.parse(metadata ?? '{}') as unknown)).toEqual(
    rows.map(() => expect.objectContaining({ apiKeyId: shop.keyId }) as unknown),
  );
});

it('lists a page at a time', async () => {
  const shelf = await site.caller({ customer: 'shelf' });
  const addresses = [newOrder(), newOrder(), newOrder()];
  for (const address of addresses) await shelf.put(address, content());
  const pageSchema = z.object({ items: z.array(z.object({ id: z.string() })), next: z.string().nullable() });
  const seen: string[] = [];
  for (let after: string | null = '0'; after !== null;) {
    const page = pageSchema.parse((await shelf.get(`/api/v1/orders?limit=2&after=${after}`)).body);
    seen.push(...page.items.map(({ id }) => `/api/v1/orders/${id}`));
    after = page.next;
  }
  expect(seen).toEqual(addresses);
});

it('an address that cannot be read, and one that is none, are problems as well', async () => {
  for (const [address, status] of [
    ['/api/v1/orders/%E0%A4%A', 400],
    ['/api/v1/nothing', 404],
  ] as const) {
    const answer = await shop.get(address);
    expect([address, answer.status, answer.type]).toEqual([address, status, 'application/problem+json']);
  }
  const refused = await request(site.website.server).post('/api/v1/orders/O-1');
  expect(refused.status).toBe(405);
  expect(String(refused.headers['allow']).split(', ').sort()).toEqual(['DELETE', 'GET', 'HEAD', 'PUT']);
});

it('a body that is no JSON, too large or packed is refused in its own words', async () => {
  const send = (body: string, headers: Readonly<Record<string, string>>) =>
    shop.put(newOrder(), body, { 'Content-Type': 'application/json', ...headers });
  expect(codeOf(await send('{', {}))).toBe('malformed_json');
  expect(codeOf(await send('{}', { 'Content-Type': 'text/plain' }))).toBe('not_json');
  expect(codeOf(await send('{}', { 'Content-Encoding': 'gzip' }))).toBe('encoded');
  expect(codeOf(await send(`"${'x'.repeat(300_000)}"`, {}))).toBe('too_large');
});

describe('every field wrong in turn', () => {
  /** What is sent in place of what is right, and which field the answer names. */
  const WRONG: readonly (readonly [pointer: string, body: () => unknown])[] = [
    ...[undefined, '', 5, 'x'.repeat(181), 'a\nb'].map((title) => ['/title', () => content({ title })] as const),
    ['/teacher', () => content({ teacher: 'x' })],
    ['/teacher/email', () => content({ teacher: { email: 'nobody@x.test' } })],
    ['/teacher/email', () => content({ teacher: { email: 'mia@buyers.test' } })],
    ['/buyer', () => content({ buyer: undefined })],
    ['/buyer/email', () => content({ buyer: { ...content().buyer, email: 'no address' } })],
    ['/buyer/email', () => content({ buyer: { ...content().buyer, email: teacherEmail } })],
    ['/buyer/firstName', () => content({ buyer: { ...content().buyer, firstName: '' } })],
    ['/buyer/timeZone', () => content({ buyer: { ...content().buyer, timeZone: 'Mars/Olympus' } })],
    ['/buyer/language', () => content({ buyer: { ...content().buyer, language: 'German!' } })],
    ['/buyer/role', () => content({ buyer: { ...content().buyer, role: 'admin' } })],
    ['/guests', () => content({ guests: undefined })],
    ['/guests', () => content({ guests: Array.from({ length: 501 }, (_one, at) => ({ email: `g${at}@x.test` })) })],
    ['/guests/1/email', () => content({ guests: [{ email: 'a@x.test' }, { email: 'b@x' }] })],
    ['/guests/1/email', () => content({ guests: [{ email: 'a@x.test' }, { email: 'A@x.test' }] })],
    ['/guests/0/email', () => content({ guests: [{ email: 'mia@buyers.test' }] })],
    ['/guests/0/name', () => content({ guests: [{ email: 'a@x.test', name: 7 }] })],
    ['/guests', () => content({ guests: [{ email: 'jose@x.test' }, { email: 'josé@x.test' }] })],
    ['/revision', () => content({ revision: 1.5 })],
    ['/pric~1e', () => content({ 'pric/e': 1 })],
    ['', () => []],
  ];

  it.each(WRONG.map(([pointer, body]) => ({ pointer, body })))('$pointer is named', async ({ pointer, body }) => {
    const { order } = await booked();
    const before = await fingerprint();
    for (const address of [newOrder(), order]) {
      const answer = await shop.put(address, body());
      expect([answer.status, pointersOf(answer)]).toEqual([422, [pointer]]);
    }
    expect(await fingerprint()).toBe(before);
  });

  it('says once in words what is wrong in several fields', async () => {
    const answer = await shop.put(newOrder(), { ...content(), price: 1, currency: 'EUR' });
    expect(pointersOf(answer)).toEqual(['/price', '/currency']);
    expect(answer.body).toMatchObject({ detail: 'There is no such field.' });
  });

  it.each([
    ['/localStart', { localStart: '15.1.2030' }],
    ['/localStart', { localStart: '2020-01-15T10:00' }],
    ['/localStart', { localStart: '2030-02-30T10:00' }],
    ['/localStart', { localStart: '2030-01-15T24:00' }],
    ['/timeZone', { timeZone: 'Berlin' }],
    ['/durationMinutes', { durationMinutes: 0 }],
    ['/durationMinutes', { durationMinutes: '60' }],
    ['/startsAt', { startsAt: '2030-01-15T10:00:00Z' }],
  ])('%s is named', async (pointer, wrong) => {
    const { order, classDate } = await booked();
    const before = await fingerprint();
    for (const address of [`${order}/class-dates/new`, classDate]) {
      const answer = await shop.put(address, classDateContent(wrong));
      expect([answer.status, pointersOf(answer)]).toEqual([422, [pointer]]);
    }
    expect(await fingerprint()).toBe(before);
  });

  it.each([
    ['/api/v1/orders?limit=0', 'limit'],
    ['/api/v1/orders?limit=1&limit=2', 'limit'],
    ['/api/v1/events?after=x', 'after'],
    ['/api/v1/events?__proto__=x', '__proto__'],
    ['/api/v1/orders/a%20b', 'order'],
  ])('%s', async (address, parameter) => {
    const answer = await shop.get(address);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ errors: [{ parameter }] });
  });
});

it('whatever is sent is answered below 500, and what is refused changes nothing', async () => {
  const { order, classDate } = await booked();
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.record({ title: fc.jsonValue(), teacher: fc.jsonValue(), buyer: fc.jsonValue(), guests: fc.jsonValue() }),
    fc.string({ unit: 'binary' }).map((title) => content({ title })),
    fc.string({ unit: 'binary' }).map((name) => content({ guests: [{ email: 'a@x.test', name }] })),
    fc.record({ localStart: fc.string(), timeZone: fc.string(), durationMinutes: fc.integer() }),
    fc.integer().map((durationMinutes) => classDateContent({ durationMinutes })),
  );
  await fc.assert(
    fc.asyncProperty(anything, fc.constantFrom(order, classDate, `${order}x`), async (body, address) => {
      const before = await fingerprint();
      // As text: a string or a number of its own is JSON too.
      const headers = { 'Content-Type': 'application/json' };
      const answer = await shop.put(address, JSON.stringify(body), headers);
      expect(answer.status).toBeLessThan(500);
      if (answer.status >= 400) expect(await fingerprint()).toBe(before);
    }),
    { numRuns: 60 },
  );
});
