import { z } from 'zod';
import { changePushEndpoint } from '../../../../src/commands/changePushEndpoint';
import { deletePushEndpoint } from '../../../../src/commands/deletePushEndpoint';
import { pushDueEvents } from '../../../../src/commands/pushDueEvents';
import { switchOffPushEndpoint } from '../../../../src/commands/switchOffPushEndpoint';
import { switchOnPushEndpoint } from '../../../../src/commands/switchOnPushEndpoint';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { PUSHED_BY_DEFAULT } from '../../../../src/domain/pushes';
import { Incident } from '../../../../src/models/Incident';
import { PushDelivery } from '../../../../src/models/PushDelivery';
import { PushEndpoint } from '../../../../src/models/PushEndpoint';
import { WorkflowOutbox } from '../../../../src/models/WorkflowOutbox';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { buildPushEndpoint, buildSoldClass, publishOutcomes } from '../../../factories/pushes';
import { startApiSite, type ApiSite, type Caller } from '../../../support/apiSite';
import { fingerprintOf } from '../../../support/fingerprint';
import { waitsForALock } from '../../../support/lockWaits';
import { startReceiver, verified, type Receiver } from '../../../support/receiver';

let site: ApiSite;
let shop: Caller;
let receiver: Receiver;

beforeAll(async () => {
  site = await startApiSite({ PUSH_TO_LOOPBACK: 'true' });
  shop = await site.caller();
  receiver = await startReceiver();
});

afterAll(async () => {
  await receiver.close();
  await site.close();
});

beforeEach(async () => {
  await PushEndpoint.destroy({ where: {} });
  receiver.forget();
  receiver.answerWith(() => 204);
});

const AT = '/api/v1/push-endpoints/booking';
const secretSchema = z.object({ secret: z.string(), formerUntil: z.string().nullable() });
const codeIn = (answer: { body: unknown }) => z.object({ code: z.string() }).parse(answer.body).code;
const content = (changed: Readonly<Record<string, unknown>> = {}) => ({
  ...{ url: receiver.url, types: ['class.ready', 'class.live'], enabled: true },
  ...changed,
});
const row = () => PushEndpoint.findOne({ where: { externalId: 'booking' }, rejectOnEmpty: true });
/** What only says that a key was used is left out. */
const fingerprint = () => fingerprintOf(site.website.deps, ['rate_limits', 'api_keys']);

/** What was done to it, and with which key. */
async function audited(entityId: number): Promise<[string, unknown][]> {
  const rows = await ZoomAuditLog.findAll({ where: { entityType: 'push_endpoint', entityId }, order: ['id'] });
  const keyIn = (metadata: string | null) => (JSON.parse(metadata ?? '{}') as { apiKeyId?: unknown }).apiKeyId;
  return rows.map(({ action, metadata }) => [action, keyIn(metadata)]);
}

/** Makes it. @returns its secret */
async function put(changed: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const made = await shop.put(AT, content(changed));
  expect(made.status).toBe(201);
  return secretSchema.pick({ secret: true }).parse(made.body).secret;
}

async function run() {
  const now = new Date(Date.now() + 1_000);
  return pushDueEvents(site.website.deps, { endpointId: (await row()).id, now, heartbeat: () => undefined });
}

it('is put, hears what happens, signed with the secret that it was answered, and is put again without a change', async () => {
  const secret = await put();
  const classDate = await buildSoldClass();
  const [ready] = await publishOutcomes(site.website.deps, classDate, ['class.ready', 'class.missed']);
  await run();
  expect(receiver.taken()).toEqual([ready]);
  const [call] = receiver.calls;
  expect(call && verified(call, secret)).toMatchObject({ type: 'class.ready' });

  const before = await fingerprint();
  const again = await shop.put(AT, content({ types: ['class.live', 'class.ready'] }));
  expect([again.status, again.body]).toEqual([200, expect.objectContaining({ secret: null, changedHere: [] })]);
  const read = await shop.get(AT);
  expect([read.headers['etag'], read.headers['cache-control']]).toEqual([again.headers['etag'], 'no-store']);
  expect(read.body).toMatchObject({ id: 'booking', url: receiver.url, enabled: true, offReason: null, secret: null });
  expect(await fingerprint()).toBe(before);
  expect((await shop.get('/api/v1/push-endpoints')).body).toMatchObject({ items: [{ id: 'booking' }], next: null });
});

it('by itself hears what most want', async () => {
  await shop.put(AT, { url: receiver.url });
  expect((await row()).types.split(',').sort()).toEqual([...PUSHED_BY_DEFAULT].sort());
});

it('is changed, switched off and on by one call each, each audited by its key', async () => {
  await put();
  const { id } = await row();
  await shop.put(AT, content({ types: ['class.missed'], enabled: false }));
  expect(await row()).toMatchObject({ types: 'class.missed', state: 'off', offReason: 'by_hand' });
  await shop.put(AT, content({ types: ['class.missed'] }));
  expect(await row()).toMatchObject({ state: 'on', offReason: null });
  expect(await audited(id)).toEqual(
    ['created', 'changed', 'off', 'on'].map((what) => [`push_endpoint_${what}`, shop.keyId]),
  );
});

it('can be made off, and is then sent nothing', async () => {
  await put({ enabled: false });
  expect((await shop.get(AT)).body).toMatchObject({ enabled: false, offReason: 'by_hand' });
  await publishOutcomes(site.website.deps, await buildSoldClass(), ['class.ready']);
  expect(await run()).toEqual({ delivered: 0, failed: 0 });
});

it('that went off by itself and is to be off from now on is nobody’s trouble any more', async () => {
  await put();
  const { id } = await row();
  await publishOutcomes(site.website.deps, await buildSoldClass(), ['class.ready']);
  receiver.answerWith(() => 410);
  await run();
  expect(await row()).toMatchObject({ state: 'off', offReason: 'gone' });
  const open = () => Incident.count({ where: { cause: 'push_endpoint_off', pushEndpointId: id, closedAt: null } });
  expect(await open()).toBe(1);
  expect((await shop.put(AT, content({ enabled: false }), { 'If-Match': '"another"' })).status).toBe(412);
  expect(await open()).toBe(1);
  expect((await shop.put(AT, content({ enabled: false }))).body).toMatchObject({ offReason: 'by_hand' });
  expect([await open(), (await audited(id)).at(-1)]).toEqual([0, ['push_endpoint_off', shop.keyId]]);
  const before = await fingerprint();
  await shop.put(AT, content({ enabled: false }));
  expect(await fingerprint()).toBe(before);
});

it('stays as it was changed here until that is accepted', async () => {
  await put();
  const { id } = await row();
  await changePushEndpoint(site.website.deps, { id, types: ['class.settled'] }, THE_SYSTEM);
  await switchOffPushEndpoint(site.website.deps, id, THE_SYSTEM);
  expect((await shop.put(AT, content())).body).toMatchObject({
    ...{ types: ['class.settled'], enabled: false },
    changedHere: ['types', 'enabled'],
  });
  const refused = await shop.put(AT, content({ types: ['class.missed'] }));
  expect([refused.status, codeIn(refused)]).toEqual([409, 'changed_here']);
  const accepted = await shop.put(`${AT}?accept=types,enabled`, content({ types: ['class.missed'] }));
  expect(accepted.body).toMatchObject({ types: ['class.missed'], enabled: true, changedHere: [] });
});

it('that was moved here may be put as before, whatever has become of the address that it had', async () => {
  await put();
  const moved = `${receiver.url}/elsewhere`;
  await changePushEndpoint(site.website.deps, { id: (await row()).id, url: moved }, THE_SYSTEM);
  await buildPushEndpoint(site.website.deps, { url: receiver.url });
  const again = await shop.put(AT, content());
  expect([again.status, again.body]).toEqual([200, expect.objectContaining({ url: moved, changedHere: ['url'] })]);
});

it('refuses a late call, by its revision and by its ETag', async () => {
  await put({ revision: 2 });
  expect(codeIn(await shop.put(AT, content({ revision: 1, types: ['class.missed'] })))).toBe('old_revision');
  const stale = { 'If-Match': '"another"' };
  expect((await shop.put(AT, content({ types: ['class.missed'] }), stale)).status).toBe(412);
  expect((await shop.delete(AT, { headers: stale })).status).toBe(412);
  expect(codeIn(await shop.delete(`${AT}?revision=1`))).toBe('old_revision');
  expect(codeIn(await shop.delete(`${AT}?revision=2`))).toBe('old_revision');
  expect((await shop.put(AT, content(), { 'If-None-Match': '*' })).status).toBe(412);
  expect(await row()).toMatchObject({ types: 'class.ready,class.live', state: 'on' });
  const deleted = await shop.delete(`${AT}?revision=3`);
  expect([deleted.status, deleted.body]).toEqual([200, expect.objectContaining({ enabled: true, revision: 2 })]);
  expect(await PushEndpoint.count()).toBe(0);
});

it('is not deleted by a call that was overtaken while it waited for the row', async () => {
  const { db } = site.website.deps;
  const made = await shop.put(AT, content({ revision: 2 }));
  const overtaken = async (deleting: () => ReturnType<Caller['delete']>) => {
    const endpoint = await row();
    const transaction = await db.transaction();
    try {
      await endpoint.update({ types: 'class.missed', externalRevision: 4 }, { transaction });
      const begun = deleting();
      await waitsForALock(db);
      await transaction.commit();
      return await begun;
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  };
  const byTag = await overtaken(() => shop.delete(AT, { headers: { 'If-Match': made.headers['etag'] ?? '' } }));
  expect([byTag.status, codeIn(byTag)]).toEqual([412, 'changed_meanwhile']);
  await (await row()).update({ externalRevision: 2 });
  const byRevision = await overtaken(() => shop.delete(`${AT}?revision=3`));
  expect([byRevision.status, codeIn(byRevision)]).toEqual([409, 'old_revision']);
  expect(await row()).toMatchObject({ types: 'class.missed', state: 'on' });
});

it.each([
  ['an address of our own network', { url: 'https://10.0.0.1/' }, '/url'],
  ['one that has a password in it', { url: 'https://a:b@8.8.8.8/' }, '/url'],
  ['a control character', { url: 'https://8.8.8.8/\u0000' }, '/url'],
  ['half of a character', { url: 'https://8.8.8.8/\ud800' }, '/url'],
  ['a name that leads nowhere', { url: 'https://no-such-name.invalid/' }, '/url'],
])('names what is wrong: %s', async (_what, wrong, pointer) => {
  const answer = await shop.put(AT, content(wrong));
  expect([answer.status, answer.body]).toEqual([
    422,
    expect.objectContaining({ errors: [{ pointer, detail: expect.any(String) as string }] }),
  ]);
  expect(await PushEndpoint.count()).toBe(0);
});

it('made by two calls at once is one, with one secret', async () => {
  const answers = await Promise.all([shop.put(AT, content()), shop.put(AT, content())]);
  const made = answers.filter(({ status }) => status === 201);
  expect([made.length, await PushEndpoint.count()]).toEqual([1, 1]);
});

it('may be many, but not any number', async () => {
  for (let count = 0; count < 20; count += 1) {
    expect((await shop.put(`${AT}-${count}`, content({ url: `${receiver.url}/${count}` }))).status).toBe(201);
  }
  expect(codeIn(await shop.put(AT, content()))).toBe('too_many_endpoints');
  await PushEndpoint.destroy({ where: { url: `${receiver.url}/0` } });
  await buildPushEndpoint(site.website.deps, { url: 'https://8.8.8.8/' });
  expect((await shop.put(AT, content())).status).toBe(201);
});

it('gets a new secret, the same for the same name, beside which the former signs for a day or not at all', async () => {
  const first = await put();
  const ask = async (name: string, query = '') => {
    const answer = await shop.put(`${AT}/secrets/${name}${query}`, undefined);
    expect(answer.headers['cache-control']).toBe('no-store');
    return { status: answer.status, ...secretSchema.parse(answer.body) };
  };
  const second = await ask('of-may');
  expect(second).toMatchObject({ status: 201, formerUntil: expect.any(String) as string });
  expect(await ask('of-may')).toEqual({ ...second, status: 200 });
  await shop.put(`${AT}/tests/one`, undefined);
  const [call] = receiver.calls;
  if (!call) throw new Error('Nothing came.');
  expect([verified(call, first), verified(call, second.secret)]).toHaveLength(2);
  expect(await ask('of-may', '?atOnce=true')).toEqual({ ...second, status: 200, formerUntil: null });
  await shop.put(`${AT}/tests/two`, undefined);
  const [, next] = receiver.calls;
  if (!next) throw new Error('Nothing came.');
  expect(verified(next, second.secret)).toMatchObject({ type: 'endpoint.test' });
  expect(() => verified(next, first)).toThrow();
  const third = await ask('of-june');
  expect([third.status, new Set([first, second.secret, third.secret]).size]).toEqual([201, 3]);
  expect(site.website.logged.filter((text) => text.includes('whsec_'))).toEqual([]);
});

it('is sent a test under the name that it is given, and it is told what came of it', async () => {
  await put();
  const test = async () => (await shop.put(`${AT}/tests/one`, undefined)).body as unknown;
  expect(await test()).toEqual({ id: 'test_one', taken: true, status: 204, words: 'It was taken (204).' });
  receiver.answerWith(() => 500);
  expect(await test()).toMatchObject({ taken: false, status: 500 });
  expect(receiver.calls.map(({ id }) => id)).toEqual(['test_one', 'test_one']);
});

it('is deleted, and may be made anew under the same name', async () => {
  const secret = await put();
  const { id } = await row();
  expect((await shop.delete(AT)).status).toBe(200);
  expect([(await shop.get(AT)).status, (await shop.delete(AT)).status]).toEqual([404, 404]);
  expect((await audited(id)).at(-1)).toEqual(['push_endpoint_deleted', shop.keyId]);
  expect(await put()).not.toBe(secret);
});

/** Between the commit that switches it off and those that delete it. */
function midway(work: () => Promise<unknown>): void {
  jest.spyOn(WorkflowOutbox, 'findByPk').mockImplementationOnce(async () => {
    await work();
    return null;
  });
}

it.each([
  ['as before', {}, [1]],
  ['otherwise', { types: ['class.missed'], revision: 2 }, [0]],
  ['off', { enabled: false, revision: 2 }, []],
])('that is put again while it is being deleted stays as it was put: %s', async (_how, changed, hears) => {
  await put({ revision: 1 });
  const again = { revision: 1, ...changed };
  let answer = {};
  let events: string[] = [];
  midway(async () => {
    const made = await shop.put(AT, content(again));
    answer = { status: made.status, body: made.body as unknown };
    events = await publishOutcomes(site.website.deps, await buildSoldClass(), ['class.missed', 'class.live']);
  });
  const deleted = await shop.delete(AT);
  expect([deleted.status, codeIn(deleted)]).toEqual([412, 'changed_meanwhile']);
  const expected = expect.objectContaining({ ...content(again), changedHere: [] }) as object;
  expect(answer).toEqual({ status: 200, body: expected });
  expect((await shop.get(AT)).body).toEqual(expected);
  expect((await audited((await row()).id)).map(([action]) => action)).not.toContain('push_endpoint_deleted');

  await run();
  expect(receiver.taken()).toEqual(hears.map((index) => events[index]));
  expect((await shop.delete(AT)).status).toBe(200);
  expect(await PushDelivery.count()).toBe(0);
});

it('that an admin switches on while it is being deleted stays as well', async () => {
  await put();
  const { id } = await row();
  midway(() => switchOnPushEndpoint(site.website.deps, id, THE_SYSTEM));
  await expect(deletePushEndpoint(site.website.deps, id, THE_SYSTEM)).rejects.toMatchObject({ status: 412 });
  expect(await row()).toMatchObject({ state: 'on' });
});

function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

it('that is put while it is deleted for good is made anew', async () => {
  const secret = await put();
  const [reached, mayGo] = [gate(), gate()];
  jest.spyOn(PushEndpoint.prototype, 'destroy').mockImplementationOnce(async function (this: PushEndpoint, options) {
    reached.open();
    await mayGo.opened;
    await PushEndpoint.destroy({ where: { id: this.id }, ...options });
  });
  const deleting = shop.delete(AT);
  await reached.opened;
  const putting = shop.put(AT, content());
  await waitsForALock(site.website.deps.db).finally(mayGo.open);
  const made = await putting;
  expect([(await deleting).status, made.status]).toEqual([200, 201]);
  expect(made.body).toMatchObject({ enabled: true, revision: null });
  expect(secretSchema.pick({ secret: true }).parse(made.body).secret).not.toBe(secret);
  expect(await PushEndpoint.count()).toBe(1);
});

it('is told what to do where there is one with its address already', async () => {
  const { endpoint } = await buildPushEndpoint(site.website.deps, { url: receiver.url });
  const refused = await shop.put(AT, content());
  const detail = expect.stringMatching(/admin here has made .* deleted \(support@/) as string;
  expect([refused.status, refused.body]).toEqual([
    422,
    expect.objectContaining({ errors: [{ pointer: '/url', detail }] }),
  ]);
  await endpoint.destroy();
  expect((await shop.put(AT, content())).status).toBe(201);
  const again = await shop.put(`${AT}-2`, content());
  expect(again.body).toMatchObject({ errors: [{ detail: expect.stringContaining('already: booking.') as string }] });
});

it('takes a key with its own scopes, and none of an admin’s is seen by a program', async () => {
  await buildPushEndpoint(site.website.deps, { url: 'https://8.8.8.8/' });
  expect((await shop.get('/api/v1/push-endpoints')).body).toMatchObject({ items: [] });
  const others = await site.caller({ scopes: ['orders:read', 'orders:write', 'events:read'] });
  const reader = await site.caller({ scopes: ['push-endpoints:read'] });
  expect([(await others.get(AT)).status, (await others.put(AT, content())).status]).toEqual([403, 403]);
  expect([(await reader.get(AT)).status, (await reader.put(AT, content())).status]).toEqual([404, 403]);
});
