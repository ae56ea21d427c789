import { changeUser } from '../../../../src/commands/changeUser';
import { publishEvents } from '../../../../src/commands/publishEvents';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { BookOrder } from '../../../../src/models/BookOrder';
import { ClassDate } from '../../../../src/models/ClassDate';
import { OrderBuyer } from '../../../../src/models/OrderBuyer';
import { User } from '../../../../src/models/User';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { buyerNames } from '../../../../src/queries/buyersAsNamed';
import { loadMailClass } from '../../../../src/queries/loadMails';
import { classDateContent, orderContent } from '../../../factories/orderContents';
import { buildUser } from '../../../factories/people';
import { startApiSite, type ApiSite, type Caller } from '../../../support/apiSite';

/** A student whom one marketplace has named, and who buys by another, which calls them otherwise. */
let site: ApiSite;
let shop: Caller;
let other: Caller;
let teacher: string;

beforeAll(async () => {
  site = await startApiSite();
  shop = await site.caller();
  other = await site.caller({ customer: 'other' });
  teacher = (await buildUser('teacher')).email;
});

afterAll(() => site.close());

let count = 0;
const fresh = () => (count += 1);

const SENT = { firstName: 'M.', lastName: 'B.', timeZone: 'Europe/Vienna', language: null };

function secretly() {
  const email = `secret${fresh()}@people.test`;
  return { email, firstName: 'Mariasecret', lastName: 'Bergsecret', timeZone: 'Asia/Tokyo', language: 'pt-BR' };
}

const SECRETS = ['Mariasecret', 'Bergsecret', 'Asia/Tokyo', 'pt-BR'];

function expectNoSecret(...answers: { readonly body: unknown }[]): void {
  const text = JSON.stringify(answers.map(({ body }) => body));
  for (const secret of SECRETS) expect(text).not.toContain(secret);
}

async function knownToOther(how: 'put' | 'named'): Promise<string> {
  const person = secretly();
  const order = `/api/v1/orders/O-${fresh()}`;
  if (how === 'put') await other.put(`/api/v1/students/S-${fresh()}`, person);
  else await other.put(order, orderContent(teacher, { buyer: person, guests: [] }));
  expect(await User.count({ where: { email: person.email } })).toBe(1);
  return person.email;
}

const idOf = async (email: string) => (await User.findOne({ where: { email }, rejectOnEmpty: true })).id;

it.each(['put', 'named'] as const)(
  'what another marketplace calls a buyer whom it has %s is told nowhere in one’s own orders',
  async (how) => {
    const email = await knownToOther(how);
    const order = `/api/v1/orders/O-${fresh()}`;
    const content = orderContent(teacher, { buyer: { ...SENT, email }, guests: [] });
    const made = await shop.put(order, content);
    expect([made.status, made.body]).toEqual([201, expect.objectContaining({ notes: [] })]);
    expect(made.body).toMatchObject({ buyer: { ...SENT, email, id: null } });
    const booked = await shop.put(`${order}/class-dates/C`, classDateContent());
    const [again, read, list] = [
      await shop.put(order, content),
      await shop.get(order),
      await shop.get('/api/v1/orders'),
    ];
    expect(read.body).toMatchObject({ buyer: SENT, changedHere: [] });
    const attendance = await shop.get(`${order}/class-dates/C/attendance`);
    const person = `user:${await idOf(email)}`;
    expect(attendance.body).toMatchObject({ people: [{}, { person, name: 'M. B.' }] });
    await publishEvents(site.website.deps);
    expectNoSecret(made, booked, again, read, list, attendance, await shop.get('/api/v1/events'));
    const classDate = await ClassDate.findOne({ order: [['id', 'DESC']], rejectOnEmpty: true });
    expect((await loadMailClass(classDate.id, new Date())).buyerName).toBe('M. B.');
    // The person stays as they are, and the other marketplace's as it has them.
    expect(await User.findByPk(await idOf(email))).toMatchObject({ firstName: 'Mariasecret', timeZone: 'Asia/Tokyo' });
  },
);

it('an order tells what was sent with it last', async () => {
  const email = await knownToOther('named');
  const order = `/api/v1/orders/O-${fresh()}`;
  const put = (firstName: string) =>
    shop.put(order, orderContent(teacher, { buyer: { ...SENT, firstName, email }, guests: [] }));
  await put('M.');
  expect((await put('Marie')).body).toMatchObject({ buyer: { firstName: 'Marie' } });
  expect((await shop.get(order)).body).toMatchObject({ buyer: { firstName: 'Marie' } });
});

it('who was handed over to another marketplace is not told as that one calls them', async () => {
  const [student, order] = [`S-${fresh()}`, `/api/v1/orders/O-${fresh()}`];
  const email = `handed${fresh()}@people.test`;
  const words = { firstName: 'Hanna', lastName: 'Own', timeZone: 'Europe/Vienna', language: 'de' };
  await shop.put(`/api/v1/students/${student}`, { email, ...words });
  const content = orderContent(teacher, { buyer: { id: student }, guests: [], revision: 1 });
  expect((await shop.put(order, content)).body).toMatchObject({ buyer: { ...words, id: student } });
  await shop.put(`${order}/class-dates/C`, classDateContent());
  const classDate = await ClassDate.findOne({ order: [['id', 'DESC']], rejectOnEmpty: true });
  const externalId = `S-${fresh()}`;
  const handedOver = { customer: 'other', externalId, firstName: 'Renamed at the same time' };
  await changeUser(site.website.deps, await idOf(email), handedOver, THE_SYSTEM);
  const theirs = { ...secretly(), email };
  expect((await other.put(`/api/v1/students/${externalId}`, theirs)).status).toBe(200);
  const read = await shop.get(order);
  expect(read.body).toMatchObject({ buyer: { ...words, id: null }, changedHere: [] });
  const attendance = await shop.get(`${order}/class-dates/C/attendance`);
  expect(attendance.body).toMatchObject({ people: [{}, { name: 'Hanna Own' }] });
  expect((await loadMailClass(classDate.id, new Date())).buyerName).toBe('Hanna Own');
  const again = await shop.put(order, content);
  expect(again.status).toBe(200);
  expectNoSecret(read, attendance, again, await shop.get('/api/v1/orders'));
});

it('who was named by address first, and put and handed over later, is called as they were put', async () => {
  const [student, byId, byAddress] = [`S-${fresh()}`, `/api/v1/orders/O-${fresh()}`, `/api/v1/orders/O-${fresh()}`];
  const email = `handed${fresh()}@people.test`;
  const words = { firstName: 'Hanna', lastName: 'Own', timeZone: 'Europe/Vienna', language: 'de' };
  const content = orderContent(teacher, { buyer: { ...SENT, email }, guests: [], revision: 1 });
  for (const order of [byId, byAddress]) await shop.put(order, content);
  const others = `/api/v1/orders/O-${fresh()}`;
  const third = await site.caller({ customer: 'third' });
  await third.put(others, orderContent(teacher, { buyer: { ...SENT, firstName: 'Third', email }, guests: [] }));
  await site.website.deps.db.query('UPDATE users SET customer = ?, external_id = ? WHERE email = ?', {
    replacements: ['shop', student, email],
  });
  expect((await shop.put(`/api/v1/students/${student}`, { email, ...words })).status).toBe(200);
  await shop.put(byId, orderContent(teacher, { buyer: { id: student }, guests: [], revision: 2 }));
  for (const order of [byId, byAddress]) expect((await shop.get(order)).body).toMatchObject({ buyer: words });
  const externalId = `S-${fresh()}`;
  await changeUser(site.website.deps, await idOf(email), { customer: 'other', externalId }, THE_SYSTEM);
  await other.put(`/api/v1/students/${externalId}`, { ...secretly(), email });
  for (const order of [byId, byAddress]) expect((await shop.get(order)).body).toMatchObject({ buyer: words });
  expect((await third.get(others)).body).toMatchObject({ buyer: { ...SENT, firstName: 'Third' } });
  // What was sent before says nothing new; another word does.
  const again = await shop.put(byAddress, content);
  expect([again.status, again.body]).toMatchObject([200, { buyer: words }]);
  const renamed = { ...content, buyer: { ...SENT, firstName: 'Marie', email }, revision: 2 };
  expect((await shop.put(byAddress, renamed)).body).toMatchObject({ buyer: { ...SENT, firstName: 'Marie' } });
  expect((await shop.put(byAddress, { ...content, revision: 3 })).body).toMatchObject({ buyer: SENT });
});

it('who was handed over after they were no buyer any more is called as before by the attendance', async () => {
  const [student, externalId] = [`S-${fresh()}`, `O-${fresh()}`];
  const email = `handed${fresh()}@people.test`;
  await shop.put(`/api/v1/students/${student}`, { email, firstName: 'Hanna', lastName: 'Own' });
  const order = `/api/v1/orders/${externalId}`;
  await shop.put(order, orderContent(teacher, { buyer: { id: student }, guests: [] }));
  await shop.put(`${order}/class-dates/C`, classDateContent());
  await shop.put(order, orderContent(teacher, { guests: [] }));
  const userId = await idOf(email);
  const handedOver = { customer: 'other', externalId: student, firstName: 'Otherwise' };
  await changeUser(site.website.deps, userId, handedOver, THE_SYSTEM);
  const row = await BookOrder.findOne({ where: { externalId }, rejectOnEmpty: true });
  expect(row.userId).not.toBe(userId);
  expect((await buyerNames(row, [userId])).get(`user:${userId}`)).toBe('Hanna Own');
});

describe('another word for the buyer', () => {
  async function ordered() {
    const email = await knownToOther('named');
    const path = `/api/v1/orders/O-${fresh()}`;
    const put = (firstName: string, more = {}, headers = {}) =>
      shop.put(path, orderContent(teacher, { buyer: { ...SENT, firstName, email }, guests: [], ...more }), headers);
    const made = await put('M.', { revision: 1 });
    const { id } = await BookOrder.findOne({ order: [['id', 'DESC']], rejectOnEmpty: true });
    const where = { action: 'order_changed', entityType: 'book_order', entityId: id } as const;
    return { path, put, tag: made.headers['etag'] ?? '', audits: () => ZoomAuditLog.findAll({ where }) };
  }

  it('is a change of the order: audited once, without the name', async () => {
    const { put, audits } = await ordered();
    expect((await put('M.', { revision: 1 })).status).toBe(200);
    expect(await audits()).toHaveLength(0);
    await put('Marie', { revision: 2 });
    await put('Marie', { revision: 2 });
    const [audit, ...others] = await audits();
    expect(audit?.metadata).toBe(JSON.stringify({ buyerName: true, apiKeyId: shop.keyId }));
    expect(others).toEqual([]);
  });

  it('needs a revision of its own, and the tag that the order has then', async () => {
    const { path, put, tag } = await ordered();
    expect((await put('Marie', { revision: 1 })).body).toMatchObject({ code: 'old_revision' });
    expect((await shop.get(path)).headers['etag']).toBe(tag);
    const renamed = await put('Marie', { revision: 2 }, { 'If-Match': tag });
    expect([renamed.status, renamed.body]).toMatchObject([200, { buyer: { firstName: 'Marie' } }]);
    expect(renamed.headers['etag']).not.toBe(tag);
    expect((await shop.get(path)).headers['etag']).toBe(renamed.headers['etag']);
    expect((await put('Maria', { revision: 3 }, { 'If-Match': tag })).status).toBe(412);
    expect((await shop.delete(path, { headers: { 'If-Match': tag } })).status).toBe(412);
    expect((await shop.delete(path, { headers: { 'If-Match': renamed.headers['etag'] ?? '' } })).status).toBe(200);
    expect((await put('Maria', { revision: 4 })).body).toMatchObject({ code: 'order_cancelled' });
    expect((await shop.get(path)).body).toMatchObject({ buyer: { firstName: 'Marie' } });
  });

  it('is kept of an order from before it was, which is no later word', async () => {
    const { put } = await ordered();
    await OrderBuyer.destroy({ where: {} });
    const again = await put('M.', { revision: 1 });
    expect([again.status, again.body]).toMatchObject([200, { buyer: { firstName: 'M.' } }]);
  });
});

it('a former buyer, whom the attendance may have to name, is called as the order called them', async () => {
  const [first, second] = [await knownToOther('named'), await knownToOther('named')];
  const externalId = `O-${fresh()}`;
  for (const [firstName, email] of [
    ['First', first],
    ['Second', second],
  ]) {
    const buyer = { ...SENT, firstName, email };
    await shop.put(`/api/v1/orders/${externalId}`, orderContent(teacher, { buyer, guests: [] }));
  }
  const order = await BookOrder.findOne({ where: { externalId }, rejectOnEmpty: true });
  const [former, present] = [await idOf(first), await idOf(second)];
  expect(order.userId).toBe(present);
  expect(Object.fromEntries(await buyerNames(order, [former, present]))).toEqual({
    [`user:${former}`]: 'First B.',
    [`user:${present}`]: 'Second B.',
  });
});

it('somebody whom a marketplace has put is told as they are, and it is told that the order’s word is not theirs', async () => {
  const person = secretly();
  await shop.put(`/api/v1/students/S-${fresh()}`, person);
  const buyer = { ...SENT, email: person.email };
  const made = await shop.put(`/api/v1/orders/O-${fresh()}`, orderContent(teacher, { buyer, guests: [] }));
  expect(made.body).toMatchObject({ buyer: person, notes: ['The buyer stays as you have put them.'] });
});

it('a buyer whom an admin chose has the name that they have here', async () => {
  const order = `/api/v1/orders/O-${fresh()}`;
  await shop.put(order, orderContent(teacher, { buyer: { ...SENT, email: `own${fresh()}@people.test` }, guests: [] }));
  const chosen = await buildUser('student', { firstName: 'Chosen' });
  await site.website.deps.db.query('UPDATE book_orders SET user_id = ? ORDER BY id DESC LIMIT 1', {
    replacements: [chosen.id],
  });
  expect((await shop.get(order)).body).toMatchObject({ buyer: { firstName: 'Chosen' }, changedHere: ['buyer'] });
});
