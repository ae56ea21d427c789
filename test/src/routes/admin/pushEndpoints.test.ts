import { checkEverything } from '../../../../src/checks';
import { pushDueEvents } from '../../../../src/commands/pushDueEvents';
import { lookAtPushEndpoint } from '../../../../src/commands/lookAtPushEndpoint';
import { addMinutes } from '../../../../src/domain/clock';
import { createApiKey } from '../../../../src/commands/createApiKey';
import { reportTrouble } from '../../../../src/commands/openIncident';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { Incident } from '../../../../src/models/Incident';
import { PushDelivery } from '../../../../src/models/PushDelivery';
import { PushEndpoint } from '../../../../src/models/PushEndpoint';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { paths } from '../../../../src/routes/paths';
import { buildPushEndpoint, buildSoldClass, publishOutcomes } from '../../../factories/pushes';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { eventually } from '../../../support/eventually';
import { startReceiver, verified, type Receiver } from '../../../support/receiver';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;
let browser: Browser;
let receiver: Receiver;

beforeAll(async () => {
  website = await startWebsite({ PUSH_TO_LOOPBACK: 'true' });
  receiver = await startReceiver();
  browser = (await signedInBrowser(website, 'admin')).browser;
  const key = { name: 'Shop', customer: 'shop', scopes: ['events:read'], callsAMinute: 10, days: null };
  await createApiKey(website.deps, key, THE_SYSTEM);
});

afterAll(async () => {
  await receiver.close();
  await website.close();
});

beforeEach(async () => {
  await PushEndpoint.destroy({ where: {} });
  receiver.forget();
  receiver.answerWith(() => 204);
});

const good = () => ({ url: receiver.url, customer: 'shop', types: 'class.ready' });

describe('a new endpoint', () => {
  it('shows its secret once, and what comes is signed with it', async () => {
    const made = await browser.submit(paths.pushEndpoints, good());
    expect(made.status).toBe(200);
    expect(made.headers['cache-control']).toBe('no-store');
    const secret = parse(made)('.secret').text();
    expect(secret).toMatch(/^whsec_[A-Za-z\d+/]{43}=$/);
    const endpoint = await PushEndpoint.findOne({ rejectOnEmpty: true });
    expect(JSON.stringify(endpoint)).not.toContain(secret);
    for (const page of [paths.pushEndpoints, paths.pushEndpoint(endpoint.id)]) {
      expect((await browser.get(page)).text).not.toContain(secret);
    }
    const tested = await browser.submit(paths.pushEndpointTest(endpoint.id));
    expect(tested.status).toBe(303);
    expect((await browser.get(paths.pushEndpoint(endpoint.id))).text).toContain('It was taken (204).');
    const [call] = receiver.calls;
    expect(call && verified(call, secret)).toMatchObject({ type: 'endpoint.test' });
    expect(website.logged.join('')).not.toContain(secret);
    expect((await website.audited()).filter((action) => action.startsWith('push'))).toEqual([
      'push_endpoint_created',
      'push_tested',
    ]);
  });

  it.each([
    ['url', { url: 'nowhere' }],
    ['url', { url: 'ftp://shop.example/' }],
    ['url', { url: 'https://user:word@8.8.8.8/' }],
    ['url', { url: 'https://8.8.8.8/#here' }],
    ['url', { url: 'https://10.0.0.1/' }],
    ['url', { url: 'https://169.254.169.254/latest/meta-data' }],
    ['url', { url: 'https://[::ffff:10.0.0.1]/' }],
    ['url', { url: 'https://0xA9FEA9FE/' }],
    ['url', { url: 'https://no-such-name.invalid/' }],
    ['customer', { customer: 'The Shop' }],
    ['customer', { customer: 'unknown-shop' }],
    ['types', { types: '' }],
    ['types', { types: 'class.invented' }],
  ])('says what is wrong with its %s: %j', async (field, wrong) => {
    const page = await browser.submit(paths.pushEndpoints, { ...good(), ...wrong });
    expect(page.status).toBe(422);
    expect(parse(page)(`.summary a[href="#${field}"]`)).toHaveLength(1);
    expect(await PushEndpoint.count()).toBe(0);
  });

  it('may not lead to this machine, by name neither, unless that is set; nor twice to one address', async () => {
    await browser.submit(paths.pushEndpoints, good());
    expect((await browser.submit(paths.pushEndpoints, good())).text).toContain('with this address already');
    await PushEndpoint.destroy({ where: {} });
    await website.restart({ push: { loopbackToo: false } });
    for (const url of [receiver.url, 'https://localhost/', 'https://127.0.0.1/', 'https://[::1]/']) {
      expect((await browser.submit(paths.pushEndpoints, { ...good(), url })).status).toBe(422);
    }
    await website.restart();
    expect(await PushEndpoint.count()).toBe(0);
  });
});

describe('an endpoint', () => {
  let id: number;

  beforeEach(async () => {
    id = (await buildPushEndpoint(website.deps, { url: receiver.url })).endpoint.id;
  });

  const run = () =>
    pushDueEvents(website.deps, { endpointId: id, now: addMinutes(new Date(), 0.01), heartbeat: () => undefined });

  it('shows its deliveries and why they failed, and pushes again one of them or those of a span', async () => {
    const classDate = await buildSoldClass();
    const [first, second] = await publishOutcomes(website.deps, classDate, ['class.ready', 'class.live']);
    receiver.answerWith((call) => (call.id === first ? 400 : 204));
    await run();
    await PushDelivery.update({ state: 'failed' }, { where: { state: 'queued' } });
    const page = await browser.get(paths.pushEndpoint(id));
    expect(page.text).toContain('it answered with an error (400)');
    expect(page.text).toContain('1 delivered, 0 waiting, 1 given up');
    const only = await browser.get(`${paths.pushEndpoint(id)}?state=failed`);
    expect([only.text.includes(first ?? '?'), only.text.includes(second ?? '?')]).toEqual([true, false]);

    receiver.answerWith(() => 204);
    receiver.forget();
    await browser.submit(paths.pushEndpointReplay(id), { event: first?.replace('evt_', '') ?? '' });
    await run();
    expect(receiver.taken()).toEqual([first]);
    await browser.submit(paths.pushEndpointReplay(id), { from: '2020-01-01T00:00', to: '2099-01-01T00:00' });
    await run();
    expect(receiver.taken()).toEqual([first, first, second]);
    const wrong = await browser.submit(paths.pushEndpointReplay(id), { from: '', to: '' });
    expect([wrong.status, parse(wrong)('.summary a').length]).toEqual([422, 2]);
  });

  it('is switched off and on, and gets a new secret', async () => {
    await browser.submit(paths.pushEndpointOff(id));
    expect((await PushEndpoint.findByPk(id))?.state).toBe('off');
    expect((await browser.submit(paths.pushEndpointReplay(id), { event: '1' })).status).toBe(409);
    await browser.submit(paths.pushEndpointOn(id));
    expect((await PushEndpoint.findByPk(id))?.state).toBe('on');
    const renewed = parse(await browser.submit(paths.pushEndpointSecret(id)))('.secret').text();
    expect(renewed).toMatch(/^whsec_/);
    expect((await browser.get(paths.pushEndpoint(id))).text).toContain('signs beside the new one until');
    await browser.submit(paths.pushEndpointSecret(id), { atOnce: 'on' });
    expect((await PushEndpoint.findByPk(id))?.previousSecretEncrypted).toBeNull();
  });

  it('is moved and told of other kinds, with the same secret; what waits goes to the new address at once', async () => {
    const classDate = await buildSoldClass();
    receiver.answerWith(() => 500);
    const [waiting] = await publishOutcomes(website.deps, classDate, ['class.ready']);
    await run();
    expect((await run()).failed).toBe(0);
    const there = await startReceiver();
    const wrong = await browser.submit(paths.pushEndpoint(id), { url: 'https://10.0.0.1/', types: 'class.live' });
    expect([wrong.status, parse(wrong)('.summary a[href="#url"]').length]).toEqual([422, 1]);
    await browser.submit(paths.pushEndpoint(id), { url: there.url, types: 'class.live' });
    expect(website.temporal.hints.at(-1)).toBe(`push endpoint ${id}: endpoint well`);
    const [live] = await publishOutcomes(website.deps, classDate, ['class.live', 'class.ready']);
    await run();
    expect(there.taken()).toEqual([waiting, live]);
    await there.close();
    expect((await website.audited()).at(-1)).toBe('push_endpoint_changed');
    // The address is not looked at again where it stays.
    expect((await browser.submit(paths.pushEndpoint(id), { url: there.url, types: 'class.ready' })).status).toBe(303);
    expect((await PushEndpoint.findByPk(id))?.types).toBe('class.ready');
  });

  it('that takes nothing, or went off by itself, is named by the doctor', async () => {
    const pushes = async () => (await checkEverything(website.deps)).find(({ name }) => name === 'pushes');
    expect(await pushes()).toMatchObject({ verdict: 'passed' });
    await PushEndpoint.update({ failingSince: new Date() }, { where: { id } });
    const why = `Did not take their last event, which was given up: ${id}.`;
    expect(await pushes()).toMatchObject({ verdict: 'warning', why });
    expect((await browser.get(paths.pushEndpoint(id))).text).toContain('the one event that there was is given up');
    const at = { pausedUntil: new Date(), askedUntil: new Date() };
    await PushEndpoint.update({ failures: 2, ...at }, { where: { id } });
    expect((await browser.get(paths.pushEndpoint(id))).text).toContain('as it asked (Retry-After)');
    expect(await pushes()).toMatchObject({ verdict: 'warning', why: `Take nothing just now: ${id}; 0 events wait.` });
    await PushEndpoint.update({ state: 'off', offReason: 'gone' }, { where: { id } });
    expect(await pushes()).toMatchObject({ verdict: 'warning', why: `Switched off by themselves: ${id}.` });
  });

  it('that went off by itself is trouble, until somebody has it stay off or switches it on', async () => {
    const fail = async () => {
      await PushEndpoint.update({ state: 'off', offReason: 'failing', offSince: new Date() }, { where: { id } });
      await reportTrouble(website.deps, { cause: 'push_endpoint_off', pushEndpointId: id });
    };
    const open = () => Incident.count({ where: { pushEndpointId: id, closedAt: null } });
    for (const way of [paths.pushEndpointOff(id), paths.pushEndpointOn(id)]) {
      await fail();
      expect((await browser.get(paths.pushEndpoint(id))).text).toContain('Let it stay off');
      const incident = await Incident.findOne({ where: { pushEndpointId: id, closedAt: null }, rejectOnEmpty: true });
      expect((await browser.get(paths.incident(incident.id))).text).toContain(paths.pushEndpoint(id));
      expect(await open()).toBe(1);
      await browser.submit(way);
      expect(await open()).toBe(0);
    }
  });

  it('is deleted with all that waits for it; the audit log keeps that there was one', async () => {
    const classDate = await buildSoldClass();
    receiver.answerWith(() => 500);
    await publishOutcomes(website.deps, classDate, ['class.ready', 'class.live']);
    await run();
    const offer = async () => parse(await browser.get(paths.pushEndpoint(id)))('#deletion').length;
    expect(await offer()).toBe(0);
    await browser.submit(paths.pushEndpointOff(id));
    expect(await offer()).toBe(1);
    const randomKey = (await PushEndpoint.findByPk(id))?.randomKey;
    expect((await browser.submit(paths.pushEndpointDeletion(id))).headers['location']).toBe(paths.pushEndpoints);
    expect(website.temporal.hints.at(-1)).toBe(`push endpoint ${id}: endpoint off`);
    expect([await PushEndpoint.count({ where: { randomKey } }), await PushDelivery.count()]).toEqual([0, 0]);
    expect((await browser.get(paths.pushEndpoint(id))).status).toBe(404);
    const [audit] = await ZoomAuditLog.findAll({
      where: { entityType: 'push_endpoint', entityId: id },
      order: [['id', 'DESC']],
    });
    expect([audit?.action, JSON.parse(audit?.metadata ?? '')]).toEqual([
      'push_endpoint_deleted',
      { customer: 'shop', types: expect.stringContaining('class.ready') as string },
    ]);
    // What is published from then on finds nobody.
    await publishOutcomes(website.deps, classDate, ['class.ready']);
    expect(await PushDelivery.count()).toBe(0);
  });

  it('that is deleted while it is called ends as if it had never been', async () => {
    const classDate = await buildSoldClass();
    await publishOutcomes(website.deps, classDate, ['class.ready', 'class.live']);
    receiver.answerWith(() => 'nothing');
    const running = run();
    await eventually('it is called', () => receiver.calls.length === 1);
    await browser.submit(paths.pushEndpointDeletion(id));
    receiver.hangUp();
    expect(await running).toEqual({ delivered: 0, failed: 1 });
    expect([receiver.calls.length, await PushDelivery.count()]).toEqual([1, 0]);
    const look = await lookAtPushEndpoint(website.deps, { endpointId: id, now: new Date() });
    expect(look).toMatchObject({ phase: 'deleted', steps: [], nextLookAt: null });
  });

  it('that is not there is not found', async () => {
    expect((await browser.get(paths.pushEndpoint(999_999))).status).toBe(404);
    for (const way of [paths.pushEndpointOn, paths.pushEndpointOff, paths.pushEndpointTest, paths.pushEndpointSecret]) {
      expect((await browser.submit(way(999_999))).status).toBe(404);
    }
  });
});
