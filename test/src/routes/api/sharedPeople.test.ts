import { z } from 'zod';
import { changeUser } from '../../../../src/commands/changeUser';
import { disableUser } from '../../../../src/commands/disableUser';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { MailDelivery } from '../../../../src/models/MailDelivery';
import { User } from '../../../../src/models/User';
import { ZoomSecureToken } from '../../../../src/models/ZoomSecureToken';
import { buildOrder } from '../../../factories/classes';
import { classDateContent, orderContent } from '../../../factories/orderContents';
import { buildUser } from '../../../factories/people';
import { startApiSite, type ApiSite, type Caller } from '../../../support/apiSite';
import { passwordHash } from '../../../support/browser';

/** A marketplace's program and the people whom others rely on too. */
let site: ApiSite;
let shop: Caller;
let other: Caller;

beforeAll(async () => {
  site = await startApiSite();
  shop = await site.caller();
  other = await site.caller({ customer: 'other' });
});

afterAll(() => site.close());

let count = 0;
const fresh = () => (count += 1);
const at = (role: 'student' | 'teacher') => `/api/v1/${role}s/X-${fresh()}`;

function person(changed: Readonly<Record<string, unknown>> = {}) {
  const email = `shared${fresh()}@people.test`;
  return { email, firstName: 'Mia', lastName: 'Berg', timeZone: 'Europe/Berlin', language: 'de', ...changed };
}

const userAt = (email: string) => User.findOne({ where: { email }, rejectOnEmpty: true });
const codeOf = (answer: { body: unknown }) => z.object({ code: z.string() }).parse(answer.body).code;
const notesOf = (answer: { body: unknown }) => z.object({ notes: z.array(z.string()) }).parse(answer.body).notes;

/** An order of the other marketplace's, with a class date, which names a teacher and a buyer by their addresses. */
async function bookedByOther(teacher: string, buyer: ReturnType<typeof person>): Promise<void> {
  const order = `/api/v1/orders/O-${fresh()}`;
  expect((await other.put(order, orderContent(teacher, { buyer, guests: [] }))).status).toBe(201);
  expect((await other.put(`${order}/class-dates/C`, classDateContent())).status).toBe(201);
}

it('a student of orders of another marketplace keeps the address and the links that it knows', async () => {
  const [path, content] = [at('student'), person()];
  await shop.put(path, content);
  await bookedByOther((await buildUser('teacher')).email, content);
  const { id } = await userAt(content.email);
  const passes = async () =>
    JSON.stringify(await ZoomSecureToken.findAll({ where: { userId: id }, order: ['id'], raw: true }));
  const before = await passes();
  const moved = await shop.put(path, { ...content, email: `attacker${fresh()}@people.test` });
  expect([moved.status, codeOf(moved)]).toEqual([409, 'needs_admin']);
  const disabled = await shop.delete(path);
  expect([disabled.status, codeOf(disabled)]).toEqual([409, 'needs_admin']);
  expect(await passes()).toBe(before);
  expect(await userAt(content.email)).toMatchObject({ id, disabledAt: null });
  // What they are called is the marketplace's to say, and what an admin has done is no news.
  const renamed = { ...content, firstName: 'Maria', timeZone: 'Europe/Paris' };
  expect((await shop.put(path, renamed)).body).toMatchObject({ firstName: 'Maria', timeZone: 'Europe/Paris' });
  const email = `by-admin${fresh()}@people.test`;
  await changeUser(site.website.deps, id, { email }, THE_SYSTEM);
  expect((await shop.put(path, { ...renamed, email })).status).toBe(200);
});

it('a student of an order of ours keeps their address, and is not let in again by a marketplace', async () => {
  const [path, content] = [at('student'), person()];
  await shop.put(path, content);
  await shop.delete(path);
  const { id } = await userAt(content.email);
  await buildOrder({ userId: id });
  expect(codeOf(await shop.put(`${path}?enable=true`, content))).toBe('needs_admin');
  expect(codeOf(await shop.put(path, person()))).toBe('needs_admin');
  // What is so already may be said again.
  expect((await shop.delete(path)).status).toBe(200);
  await disableUser(site.website.deps, id, THE_SYSTEM);
  expect((await shop.put(path, content)).status).toBe(200);
});

it('a teacher who has chosen a password is moved by an admin only, also where nobody else relies on them', async () => {
  const [path, content] = [at('teacher'), person()];
  await shop.put(path, content);
  const { id } = await userAt(content.email);
  await User.update({ passwordHash: await passwordHash() }, { where: { id } });
  const moved = await shop.put(path, { ...content, email: `attacker${fresh()}@people.test` });
  expect([moved.status, codeOf(moved)]).toEqual([409, 'needs_admin']);
  expect((await userAt(content.email)).sessionEpoch).toBe(0);
  expect((await shop.put(path, { ...content, lastName: 'Hill' })).body).toMatchObject({ lastName: 'Hill' });
  await bookedByOther(content.email, person());
  expect(codeOf(await shop.delete(path))).toBe('needs_admin');
});

it('a teacher of classes of another marketplace is not moved before they choose a password either', async () => {
  const [path, content] = [at('teacher'), person()];
  await shop.put(path, content);
  await bookedByOther(content.email, person());
  expect(codeOf(await shop.put(path, { ...content, email: `attacker${fresh()}@people.test` }))).toBe('needs_admin');
});

it.each(['student', 'teacher'] as const)('a %s of nobody else’s is moved and disabled as before', async (role) => {
  const [path, content] = [at(role), person()];
  await shop.put(path, content);
  const mine = role === 'teacher' ? content.email : (await buildUser('teacher')).email;
  const buyer = role === 'student' ? content : person();
  await shop.put(`/api/v1/orders/O-${fresh()}`, orderContent(mine, { buyer, guests: [] }));
  const email = `elsewhere${fresh()}@people.test`;
  expect((await shop.put(path, { ...content, email })).body).toMatchObject({ email });
  expect((await shop.delete(path)).status).toBe(200);
  expect((await shop.put(`${path}?enable=true`, { ...content, email })).body).toMatchObject({ disabledAt: null });
});

it('a mailbox is not filled with invitations, whatever a program says of who reads there', async () => {
  const victim = `victim${fresh()}@people.test`;
  const [path, content] = [at('teacher'), person({ email: victim })];
  let answer = await shop.put(path, content);
  for (let round = 0; round < 5; round += 1) {
    expect(notesOf(answer)).toEqual([]);
    await shop.put(path, { ...content, email: `away${fresh()}@people.test` });
    answer = await shop.put(path, content);
  }
  expect([answer.status, answer.body]).toEqual([200, expect.objectContaining({ email: victim })]);
  expect(notesOf(answer)).toEqual([expect.stringContaining('They were not invited')]);
  const { id } = await userAt(victim);
  const invited = (userId: number) => MailDelivery.count({ where: { kind: 'invitation', userId } });
  expect(await invited(id)).toBe(5 + 5);
  // Nor by another teacher who is put there in their place.
  await shop.put(path, { ...content, email: `away${fresh()}@people.test` });
  const fresher = await shop.put(at('teacher'), content);
  expect([fresher.status, notesOf(fresher)]).toEqual([201, [expect.stringContaining('They were not invited')]]);
  expect(await invited((await userAt(victim)).id)).toBe(0);
});
