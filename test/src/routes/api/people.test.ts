import { QueryTypes } from 'sequelize';
import { z } from 'zod';
import { changeUser } from '../../../../src/commands/changeUser';
import { disableUser } from '../../../../src/commands/disableUser';
import { enableUser } from '../../../../src/commands/enableUser';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { MailDelivery } from '../../../../src/models/MailDelivery';
import { User } from '../../../../src/models/User';
import { ZoomSecureToken } from '../../../../src/models/ZoomSecureToken';
import { buildOrder } from '../../../factories/classes';
import { classDateContent, orderContent } from '../../../factories/orderContents';
import { buildUser } from '../../../factories/people';
import { startApiSite, type ApiSite, type Caller } from '../../../support/apiSite';
import { passwordHash } from '../../../support/browser';

let site: ApiSite;
let shop: Caller;

beforeAll(async () => {
  site = await startApiSite();
  shop = await site.caller();
});

afterAll(() => site.close());

let count = 0;
const fresh = () => (count += 1);
const newStudent = () => `/api/v1/students/S-${fresh()}`;
const newTeacher = () => `/api/v1/teachers/T-${fresh()}`;

function person(changed: Readonly<Record<string, unknown>> = {}) {
  const email = `person${fresh()}@people.test`;
  return { email, firstName: 'Mia', lastName: 'Berg', timeZone: 'Europe/Berlin', language: 'de', ...changed };
}

const userAt = (email: string) => User.findOne({ where: { email }, rejectOnEmpty: true });

/** Everything that calls could change; what only says that a key was used is left out. */
async function fingerprint(): Promise<string> {
  const { db } = site.website.deps;
  const tables = await db.getQueryInterface().showAllTables();
  const names = tables.filter((name) => !['rate_limits', 'api_keys'].includes(name));
  return JSON.stringify(await db.query(`CHECKSUM TABLE ${names.join(', ')}`, { type: QueryTypes.SELECT }));
}

const problemSchema = z.object({
  code: z.string(),
  errors: z.array(z.object({ pointer: z.string() })).default([]),
});
const problemIn = (answer: { body: unknown }) => {
  const { code, errors } = problemSchema.parse(answer.body);
  return [code, ...errors.map(({ pointer }) => pointer)];
};

describe.each(['student', 'teacher'] as const)('a %s', (role) => {
  const address = role === 'student' ? newStudent : newTeacher;

  it('is made, read, changed, disabled and let in again, each audited', async () => {
    const [at, content] = [address(), person()];
    const made = await shop.put(at, content);
    expect([made.status, made.body]).toEqual([
      201,
      expect.objectContaining({
        ...content,
        id: at.split('/').at(-1),
        revision: null,
        disabledAt: null,
        changedHere: [],
      }),
    ]);
    const changed = await shop.put(at, { ...content, lastName: 'Hill', timeZone: null, language: 'en', revision: 2 });
    expect([changed.status, changed.body]).toEqual([
      200,
      expect.objectContaining({ lastName: 'Hill', timeZone: null, language: 'en', revision: 2 }),
    ]);
    expect((await shop.get(at)).headers['etag']).toBe(changed.headers['etag']);
    const disabled = await shop.delete(at);
    expect([disabled.status, typeof (disabled.body as { disabledAt: unknown }).disabledAt]).toEqual([200, 'string']);
    const again = await shop.put(`${at}?enable=true`, { ...content, revision: 3 });
    expect(again.body).toMatchObject({ lastName: 'Berg', disabledAt: null });
    expect((await site.website.audited()).slice(-3)).toEqual(['user_disabled', 'user_enabled', 'user_changed']);
  });

  it('is the same after the same again, and nobody is told', async () => {
    const [at, content] = [address(), person()];
    await shop.put(at, content);
    const [before, hints] = [await fingerprint(), site.website.temporal.hints.length];
    expect((await shop.put(at, content)).status).toBe(200);
    expect(await fingerprint()).toBe(before);
    expect(site.website.temporal.hints).toHaveLength(hints);
    await shop.delete(at);
    const disabled = await fingerprint();
    expect((await shop.delete(at)).status).toBe(200);
    expect((await shop.put(at, content)).body).toMatchObject({ disabledAt: expect.any(String) as string });
    expect(await fingerprint()).toBe(disabled);
  });

  it('is one, however many calls come at once', async () => {
    const [at, content] = [address(), person()];
    const statuses = (await Promise.all([1, 2, 3].map(() => shop.put(at, content)))).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 200, 201]);
    expect(await User.count({ where: { email: content.email } })).toBe(1);
  });

  it.each([
    ['/email', { email: 'nobody' }],
    ['/email', { email: undefined }],
    ['/firstName', { firstName: ' ' }],
    ['/firstName', { firstName: 'x'.repeat(81) }],
    ['/lastName', { lastName: 7 }],
    ['/timeZone', { timeZone: 'Mars/Olympus' }],
    ['/language', { language: 'Klingon language' }],
    ['/revision', { revision: -1 }],
    ['/role', { role: 'admin' }],
    ['/password', { password: 'a password of some length' }],
  ])('is refused with %s wrong: nothing is saved', async (pointer, changed) => {
    const before = await fingerprint();
    const answer = await shop.put(address(), person(changed));
    expect([answer.status, ...problemIn(answer)]).toEqual([422, 'invalid_fields', pointer]);
    expect(await fingerprint()).toBe(before);
  });

  it('is told apart from what was read before', async () => {
    const [at, content] = [address(), person()];
    expect(problemIn(await shop.put(at, content, { 'If-Match': '"x"' }))).toEqual(['changed_meanwhile']);
    const tag = String((await shop.put(at, content)).headers['etag']);
    expect(problemIn(await shop.put(at, content, { 'If-None-Match': '*' }))).toEqual(['exists_already']);
    expect((await shop.put(at, { ...content, lastName: 'Hill' }, { 'If-Match': tag })).status).toBe(200);
    expect(problemIn(await shop.put(at, content, { 'If-Match': tag }))).toEqual(['changed_meanwhile']);
    expect(problemIn(await shop.delete(at, { headers: { 'If-Match': tag } }))).toEqual(['changed_meanwhile']);
    await shop.put(at, { ...content, revision: 5 });
    expect(problemIn(await shop.put(at, { ...content, lastName: 'Old', revision: 4 }))).toEqual(['old_revision']);
  });

  it('that was changed here stays so until that is accepted', async () => {
    const [at, content] = [address(), person()];
    await shop.put(at, content);
    const { id } = await userAt(content.email);
    await changeUser(site.website.deps, id, { lastName: 'Here' }, THE_SYSTEM);
    expect((await shop.put(at, content)).body).toMatchObject({ lastName: 'Here', changedHere: ['lastName'] });
    const edit = { ...content, lastName: 'There' };
    expect(problemIn(await shop.put(at, edit))).toEqual(['changed_here', '/lastName']);
    expect((await shop.put(`${at}?accept=lastName`, edit)).body).toMatchObject({ lastName: 'There', changedHere: [] });
  });

  it('that was disabled or enabled here stays so until that is accepted', async () => {
    const [at, content] = [address(), person()];
    await shop.put(at, content);
    const { id } = await userAt(content.email);
    await disableUser(site.website.deps, id, THE_SYSTEM);
    expect((await shop.put(at, content)).body).toMatchObject({ changedHere: ['state'] });
    expect(problemIn(await shop.put(`${at}?enable=true`, content))).toEqual(['changed_here', '']);
    expect((await shop.put(`${at}?enable=true&accept=state`, content)).body).toMatchObject({ disabledAt: null });
    await shop.delete(at);
    await enableUser(site.website.deps, id, THE_SYSTEM);
    expect(problemIn(await shop.delete(at))).toEqual(['changed_here', '']);
    expect((await shop.delete(`${at}?accept=state`)).status).toBe(200);
  });

  it('of another customer is not there, and their address is somebody else’s', async () => {
    const [at, content] = [address(), person()];
    await shop.put(at, content);
    const other = await site.caller({ customer: 'other' });
    const before = await fingerprint();
    for (const answer of [await other.get(at), await other.delete(at)]) {
      expect([answer.status, ...problemIn(answer)]).toEqual([404, 'not_found']);
    }
    const taken = await other.put(at, content);
    expect([taken.status, ...problemIn(taken)]).toEqual([409, 'address_taken', '/email']);
    expect(await fingerprint()).toBe(before);
    // What they call theirs is their own affair.
    expect((await other.put(at, person())).status).toBe(201);
    const list = (await other.get(at.slice(0, at.lastIndexOf('/')))).body as { items: unknown[] };
    expect(list.items).toHaveLength(1);
    const own = (await shop.get(`${at.slice(0, at.lastIndexOf('/'))}?limit=2`)).body as {
      items: unknown[];
      next: string;
    };
    expect([own.items.length, typeof own.next]).toEqual([2, 'string']);
    await User.update({ customer: 'gone' }, { where: { customer: 'other' } });
  });

  it('cannot have the address of somebody of another role, or who can sign in here: all are one answer', async () => {
    const other = role === 'student' ? 'teacher' : 'student';
    const strangers = [
      await buildUser(other),
      await buildUser('admin'),
      await buildUser(role, { passwordHash: await passwordHash() }),
      await buildUser(role, { email: `jose${fresh()}@people.test` }),
    ];
    const addresses = strangers.map(({ email }) => email.replace('jose', 'josé'));
    const details = new Set<string>();
    for (const email of addresses) {
      const answer = await shop.put(address(), person({ email }));
      expect([answer.status, ...problemIn(answer)]).toEqual([409, 'address_taken', '/email']);
      details.add((answer.body as { detail: string }).detail);
    }
    const [at, content] = [address(), person()];
    await shop.put(at, content);
    const moved = await shop.put(at, { ...content, email: addresses[0] });
    expect(problemIn(moved)).toEqual(['address_taken', '/email']);
    expect(details.size).toBe(1);
  });
});

describe('somebody who is here already', () => {
  it('of orders of the same customer is its own once it puts them', async () => {
    const teacher = await buildUser('teacher', { passwordHash: await passwordHash() });
    const buyer = { ...person(), email: `buyer${fresh()}@people.test` };
    await shop.put(`/api/v1/orders/O-${fresh()}`, orderContent(teacher.email, { buyer, guests: [] }));
    const at = newStudent();
    const answer = await shop.put(at, { ...buyer, firstName: 'Maria' });
    expect([answer.status, answer.body]).toEqual([201, expect.objectContaining({ firstName: 'Maria' })]);
    expect(await User.count({ where: { email: buyer.email } })).toBe(1);
  });

  it('of anybody else’s orders is not', async () => {
    const student = await buildUser('student');
    await buildOrder({ userId: student.id });
    expect(problemIn(await shop.put(newStudent(), person({ email: student.email })))).toEqual([
      'address_taken',
      '/email',
    ]);
  });

  it('is handed over by an admin', async () => {
    const teacher = await buildUser('teacher', { passwordHash: await passwordHash() });
    const at = newTeacher();
    const externalId = at.split('/').at(-1) ?? '';
    await changeUser(site.website.deps, teacher.id, { customer: 'shop', externalId }, THE_SYSTEM);
    expect((await shop.get(at)).body).toMatchObject({ email: teacher.email, hasPassword: true });
    const answer = await shop.put(at, person({ email: teacher.email, lastName: 'Handed' }));
    expect([answer.status, answer.body]).toEqual([200, expect.objectContaining({ lastName: 'Handed' })]);
  });
});

describe('a teacher who is new', () => {
  it('is invited, unless they are to be left alone', async () => {
    const [loud, quiet] = [person(), person()];
    expect((await shop.put(newTeacher(), loud)).body).toMatchObject({ hasPassword: false, zoom: 'disconnected' });
    await shop.put(`${newTeacher()}?notify=false`, quiet);
    const invitations = async (email: string) =>
      MailDelivery.count({ where: { kind: 'invitation', userId: (await userAt(email)).id } });
    expect([await invitations(loud.email), await invitations(quiet.email)]).toEqual([1, 0]);
  });

  it('is invited anew where they read now, and the former link dies', async () => {
    const [at, content] = [newTeacher(), person()];
    await shop.put(at, content);
    await shop.put(at, { ...content, email: `moved${fresh()}@people.test` });
    const { id } = await User.findOne({ where: { externalId: at.split('/').at(-1) ?? '' }, rejectOnEmpty: true });
    const [rows] = await site.website.deps.db.query(
      `SELECT withdrawn_at IS NOT NULL AS dead FROM account_links WHERE user_id = ${id} ORDER BY id`,
    );
    expect(rows).toEqual([{ dead: 1 }, { dead: 0 }]);
  });
});

it('a student who reads elsewhere has a new link for each class, and the former ones are dead', async () => {
  const [at, content, teacher] = [newStudent(), person(), newTeacher()];
  await shop.put(at, content);
  await shop.put(teacher, person());
  const order = `/api/v1/orders/O-${fresh()}`;
  const ids = { teacher: { id: teacher.split('/').at(-1) }, buyer: { id: at.split('/').at(-1) } };
  const booked = await shop.put(order, { title: 'Maths', ...ids, guests: [{ email: `guest${fresh()}@people.test` }] });
  expect([booked.status, booked.body]).toEqual([
    201,
    expect.objectContaining({
      teacher: expect.objectContaining(ids.teacher) as object,
      buyer: expect.objectContaining({ ...ids.buyer, email: content.email }) as object,
    }),
  ]);
  await shop.put(`${order}/class-dates/C`, classDateContent());
  const { person: key } = (await shop.get(at)).body as { person: string };
  const link = async () => ((await shop.get(`${order}/class-dates/C/join-links/${key}`)).body as { url: string }).url;
  const former = await link();
  const email = `elsewhere${fresh()}@people.test`;
  site.website.temporal.hints.length = 0;
  await shop.put(at, { ...content, email });
  expect(await link()).not.toBe(former);
  expect(site.website.temporal.hints).toEqual([expect.stringContaining('roster changed')]);
  const pass = await ZoomSecureToken.findOne({ where: { email }, rejectOnEmpty: true });
  expect(pass.epoch).toBe(2);
  // A guest of theirs already reads there: nobody has two passes.
  const guest = await shop.put(at, {
    ...content,
    email: (booked.body as { guests: { email: string }[] }).guests[0]?.email,
  });
  expect([guest.status, ...problemIn(guest)]).toEqual([422, 'invalid_fields', '/email']);
  await shop.delete(at);
  expect((await shop.get(`${order}/class-dates/C/join-links/${key}`)).status).toBe(404);
  const refused = await shop.put(`/api/v1/orders/O-${fresh()}`, { title: 'Maths', ...ids, guests: [] });
  expect([refused.status, ...problemIn(refused)]).toEqual([422, 'invalid_fields', '/buyer/id']);
});

it.each([
  [{ teacher: {} }, '/teacher/email'],
  [{ teacher: { id: 'nobody' } }, '/teacher/id'],
  [{ teacher: { id: 'T', email: 't@people.test' } }, '/teacher/id'],
  [{ buyer: { id: 'nobody' } }, '/buyer/id'],
  [{ buyer: { id: 'S', email: 's@people.test' } }, '/buyer/email'],
  [{ buyer: { email: 's@people.test', firstName: 'S' } }, '/buyer/lastName'],
])('an order that names nobody, or somebody twice, is refused: %j', async (changed, pointer) => {
  const teacher = await buildUser('teacher');
  const answer = await shop.put(`/api/v1/orders/O-${fresh()}`, orderContent(teacher.email, changed));
  expect([answer.status, ...problemIn(answer)]).toEqual([422, 'invalid_fields', pointer]);
});

it('a teacher who is shut out leaves word of the classes they were to give', async () => {
  const [at, content] = [newTeacher(), person()];
  await shop.put(at, content);
  const order = `/api/v1/orders/O-${fresh()}`;
  await shop.put(order, orderContent(content.email, { guests: [] }));
  await shop.put(`${order}/class-dates/C`, classDateContent());
  expect((await shop.delete(at)).body).toMatchObject({
    notes: ['Coming classes that they cannot start: 1. Give them to another teacher.'],
  });
});

it('a key that lacks the scope sees and changes nobody', async () => {
  const reader = await site.caller({ scopes: ['people:read', 'orders:write'] });
  const [at, content] = [newStudent(), person()];
  await shop.put(at, content);
  expect((await reader.get(at)).status).toBe(200);
  expect(problemIn(await reader.put(at, content))).toEqual(['insufficient_scope']);
  expect(problemIn(await reader.delete(at))).toEqual(['insufficient_scope']);
});
