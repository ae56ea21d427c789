import { lookAtPushEndpoint } from '../../../src/commands/lookAtPushEndpoint';
import { pushDueEvents } from '../../../src/commands/pushDueEvents';
import { rotatePushSecret } from '../../../src/commands/rotatePushSecret';
import { switchOffPushEndpoint } from '../../../src/commands/switchOffPushEndpoint';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import type { OutcomeEventType } from '../../../src/domain/outcomeEvents';
import type { ClassDate } from '../../../src/models/ClassDate';
import { Incident } from '../../../src/models/Incident';
import { PushDelivery } from '../../../src/models/PushDelivery';
import { PushEndpoint } from '../../../src/models/PushEndpoint';
import { buildPushEndpoint, buildSoldClass, publishOutcomes } from '../../factories/pushes';
import { eventually } from '../../support/eventually';
import { startReceiver, verified, type Receiver } from '../../support/receiver';
import { startWebsite, type Website } from '../../support/website';

let website: Website;
let receiver: Receiver;
let classDate: ClassDate;
let endpoint: PushEndpoint;
let secret: string;
/** of the workflow */
let now: Date;

beforeAll(async () => {
  website = await startWebsite({ PUSH_TO_LOOPBACK: 'true' });
  receiver = await startReceiver();
  classDate = await buildSoldClass();
});

afterAll(async () => {
  await receiver.close();
  await website.close();
});

beforeEach(async () => {
  await PushEndpoint.destroy({ where: {} });
  receiver.forget();
  receiver.answerWith(() => 204);
  ({ endpoint, secret } = await buildPushEndpoint(website.deps, { url: receiver.url }));
  now = new Date();
});

const publish = (...types: OutcomeEventType[]) => publishOutcomes(website.deps, classDate, types);

/** What the workflow does, so many minutes later. */
async function run(afterMinutes = 0.01) {
  now = addMinutes(now, afterMinutes);
  return pushDueEvents(website.deps, { endpointId: endpoint.id, now, heartbeat: () => undefined });
}

const lookAt = () => lookAtPushEndpoint(website.deps, { endpointId: endpoint.id, now });

/** Until an endpoint is due, as the workflow waits. */
async function runWhenDue() {
  const look = await lookAt();
  const waitMs = Math.max(0, Date.parse(look?.nextLookAt ?? '') - now.getTime());
  return run(waitMs / 60_000 + 0.001);
}

const deliveries = () => PushDelivery.findAll({ where: { endpointId: endpoint.id }, order: ['seq'] });
const states = async () => (await deliveries()).map(({ state }) => state);
const called = () => receiver.calls.map(({ id }) => id);

describe('what is pushed', () => {
  it('is each event that the endpoint is told of, in the order of the feed, signed, and nothing of a person', async () => {
    const events = await publish('class.booked', 'class.ready', 'class.live');
    expect(website.temporal.hints).toContain(`push endpoint ${endpoint.id}: events published`);
    expect(await run()).toEqual({ delivered: 2, failed: 0 });
    expect(receiver.taken()).toEqual(events.slice(1));
    const [first] = receiver.calls;
    if (!first) throw new Error('Nothing came.');
    expect(verified(first, secret)).toEqual({
      type: 'class.ready',
      timestamp: expect.stringMatching(/Z$/) as string,
      data: {
        ...{ id: events[1], order: expect.stringMatching(/^A-/) as string, classDate: classDate.externalId },
        ...{ state: 'scheduled', stateReason: null, outcome: null, revision: null },
        ...{ startsAt: classDate.startsAt.toISOString(), durationMinutes: 60 },
      },
    });
    expect(first.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': events[1] });
    expect(() => verified({ ...first, body: first.body.replace('scheduled', 'settled') }, secret)).toThrow();
    expect(await run()).toEqual({ delivered: 0, failed: 0 });
    expect(website.logged.filter((line) => line.includes(receiver.url) || line.includes(secret))).toEqual([]);
  });

  it('is nothing of another customer, and nothing while it is off', async () => {
    await publishOutcomes(website.deps, await buildSoldClass('another-shop'), ['class.ready']);
    expect(await states()).toEqual([]);
    await switchOffPushEndpoint(website.deps, endpoint.id, THE_SYSTEM);
    await publish('class.ready');
    expect(await states()).toEqual([]);
  });

  it('carries both signatures while the secret is changed, and one when the former is known to others', async () => {
    const renewed = await rotatePushSecret(website.deps, { id: endpoint.id }, THE_SYSTEM);
    await publish('class.ready');
    await run();
    const [call] = receiver.calls;
    if (!call) throw new Error('Nothing came.');
    expect(verified(call, renewed)).toEqual(verified(call, secret));
    const third = await rotatePushSecret(website.deps, { id: endpoint.id, atOnce: true }, THE_SYSTEM);
    await publish('class.live');
    await run();
    const [, next] = receiver.calls;
    if (!next) throw new Error('Nothing came.');
    expect(verified(next, third)).toMatchObject({ type: 'class.live' });
    expect(() => verified(next, renewed)).toThrow();
    expect(await PushEndpoint.count({ where: { secretEncrypted: third } })).toBe(0);
  });

  it('has the new signature alone when the day is over', async () => {
    const renewed = await rotatePushSecret(website.deps, { id: endpoint.id }, THE_SYSTEM);
    await PushEndpoint.update({ previousSecretUntil: new Date(Date.now() - 1_000) }, { where: {} });
    await publish('class.ready');
    await run();
    const [call] = receiver.calls;
    if (!call) throw new Error('Nothing came.');
    expect(verified(call, renewed)).toMatchObject({ type: 'class.ready' });
    expect(() => verified(call, secret)).toThrow();
  });
});

describe('a receiver that is down', () => {
  it('costs one call or two a try, at the times of Standard Webhooks, and gets all in order once it is back', async () => {
    receiver.answerWith(() => 503);
    const events = await publish(...Array.from({ length: 20 }, () => 'class.live' as const));
    const waits: number[] = [];
    for (let tries = 0; tries < 8; tries += 1) {
      await runWhenDue();
      const { pausedUntil, lastFailedAt } = await endpoint.reload();
      waits.push(((pausedUntil?.getTime() ?? 0) - (lastFailedAt?.getTime() ?? 0)) / 1_000);
    }
    expect(waits).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000]);
    expect(receiver.calls).toHaveLength(16);
    expect(new Set(await states())).toEqual(new Set(['queued']));

    receiver.answerWith(() => 204);
    expect(await runWhenDue()).toEqual({ delivered: 20, failed: 0 });
    expect(receiver.taken()).toEqual(events);
    expect(await endpoint.reload()).toMatchObject({ failures: 0, failingSince: null, pausedUntil: null });
  });

  it('is called but once where no connection comes about', async () => {
    await endpoint.update({ url: 'http://127.0.0.1:9/' });
    await publish('class.ready', 'class.live');
    expect(await run()).toEqual({ delivered: 0, failed: 1 });
    expect(await run()).toEqual({ delivered: 0, failed: 0 });
    expect((await deliveries())[0]).toMatchObject({ attempts: 1, lastStatus: null, lastFailure: 'no_connection' });
  });

  it('is not called at all while its secret cannot be read, and gets everything once the key is back', async () => {
    const { secretEncrypted } = endpoint;
    await endpoint.update({ secretEncrypted: secretEncrypted.replace('v1.e1.', 'v1.gone.') });
    const events = await publish('class.ready', 'class.live');
    expect(await run()).toEqual({ delivered: 0, failed: 1 });
    expect((await deliveries())[0]).toMatchObject({ state: 'queued', lastFailure: 'secret_unreadable' });
    expect(receiver.calls).toEqual([]);
    await endpoint.update({ secretEncrypted });
    await runWhenDue();
    expect(receiver.taken()).toEqual(events);
  });

  it('is tried again five minutes after the last time when there is news, and not before', async () => {
    receiver.answerWith(() => 500);
    const [first] = await publish('class.ready');
    for (let tries = 0; tries < 4; tries += 1) await runWhenDue();
    const calls = receiver.calls.length;
    const [news] = await publish('class.live');
    expect(await run(4)).toEqual({ delivered: 0, failed: 0 });
    expect(receiver.calls).toHaveLength(calls);
    receiver.answerWith(() => 204);
    expect(await run(1.1)).toEqual({ delivered: 2, failed: 0 });
    expect(receiver.taken()).toEqual([first, news]);
  });

  it('is switched off after three days, admins are told once, and what waited is given up', async () => {
    receiver.answerWith(() => 500);
    await publish('class.ready', 'class.live');
    for (let tries = 0; tries < 10; tries += 1) {
      expect(await states()).toEqual(['queued', 'queued']);
      await runWhenDue();
    }
    expect(await states()).toEqual(['failed', 'failed']);
    expect(await endpoint.reload()).toMatchObject({ state: 'off', offReason: 'failing' });
    const where = { cause: 'push_endpoint_off' as const, pushEndpointId: endpoint.id };
    expect(await Incident.count({ where: { ...where, closedAt: null } })).toBe(1);
    expect(website.temporal.hints.filter((hint) => hint.endsWith('incident opened'))).toHaveLength(1);
    const calls = receiver.calls.length;
    await run(60 * 24);
    expect(receiver.calls).toHaveLength(calls);
    // Somebody says that this is all right.
    await switchOffPushEndpoint(website.deps, endpoint.id, THE_SYSTEM);
    expect(await Incident.count({ where: { ...where, closedAt: null } })).toBe(0);
  });
});

describe('one event that a receiver dislikes', () => {
  it('holds no other up, waits by itself, and is given up after three days', async () => {
    const [bad, ...good] = await publish('class.ready', 'class.live', 'class.missed', 'class.settled');
    receiver.answerWith(({ id }) => (id === bad ? 400 : 204));
    await run();
    expect(receiver.taken()).toEqual(good);
    expect(await states()).toEqual(['queued', 'delivered', 'delivered', 'delivered']);
    const [late] = await publish('class.cancelled');
    await run(6);
    expect(receiver.taken()).toEqual([...good, late]);
    for (let tries = 0; tries < 12 && (await states())[0] === 'queued'; tries += 1) {
      await runWhenDue();
      // Now and then something else is well.
      await publish('class.live');
      await run(6);
    }
    expect((await states())[0]).toBe('failed');
    expect((await deliveries())[0]).toMatchObject({ lastStatus: 400, lastFailure: 'status' });
    expect(await endpoint.reload()).toMatchObject({ state: 'on' });
    expect(called().filter((id) => id === bad).length).toBeGreaterThanOrEqual(9);
  });
});

describe('a receiver that is gone', () => {
  it('is switched off at its word, and admins are told', async () => {
    receiver.answerWith(() => 410);
    await publish('class.ready', 'class.live');
    await run();
    expect(receiver.calls).toHaveLength(1);
    expect(await endpoint.reload()).toMatchObject({ state: 'off', offReason: 'gone' });
    expect((await deliveries()).map(({ state, lastFailure }) => [state, lastFailure])).toEqual([
      ['failed', 'gone'],
      ['failed', 'switched_off'],
    ]);
    expect(await Incident.count({ where: { pushEndpointId: endpoint.id, closedAt: null } })).toBe(1);
    expect(await lookAt()).toMatchObject({ phase: 'switched off', nextLookAt: null });
  });
});

describe('two runs at once', () => {
  it('call but once for each event', async () => {
    const events = await publish('class.ready', 'class.live', 'class.settled');
    const counts = await Promise.all([run(), run(), run()]);
    expect(counts.map(({ delivered }) => delivered).sort()).toEqual([0, 0, 3]);
    expect(called()).toEqual(events);
    expect(await endpoint.reload()).toMatchObject({ leaseHolder: null, leaseUntil: null });
  });

  it('send again under its id what was taken and could not be noted', async () => {
    const { db } = website.deps;
    const [event] = await publish('class.ready');
    await db.query(
      `CREATE TRIGGER refuses BEFORE UPDATE ON push_deliveries FOR EACH ROW
         SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused by the test'`,
    );
    await expect(run()).rejects.toThrow('refused by the test');
    await db.query('DROP TRIGGER refuses');
    expect(await run()).toEqual({ delivered: 1, failed: 0 });
    expect(called()).toEqual([event, event]);
  });

  it('note nothing once another one has taken over, which sends it under the same id', async () => {
    const [event] = await publish('class.ready');
    receiver.answerWith(() => {
      void endpoint.update({ leaseHolder: 'another' });
      return 'nothing';
    });
    const slow = run();
    await eventually('it is called', () => receiver.calls.length === 1);
    await eventually('it was taken over', async () => (await endpoint.reload()).leaseHolder === 'another');
    receiver.hangUp();
    expect(await slow).toEqual({ delivered: 0, failed: 1 });
    expect((await deliveries())[0]).toMatchObject({ state: 'queued', attempts: 0 });
    receiver.answerWith(() => 204);
    await endpoint.update({ leaseHolder: null, leaseUntil: null });
    await run();
    expect(receiver.taken()).toEqual([event]);
  });

  it('take over from one that died', async () => {
    await publish('class.ready');
    await endpoint.update({ leaseHolder: 'dead', leaseUntil: addMinutes(new Date(), 1) });
    expect(await run()).toEqual({ delivered: 0, failed: 0 });
    const waitsUntil = new Date(now.getTime() + 15_000).toISOString();
    expect(await lookAt()).toMatchObject({ steps: [], nextLookAt: waitsUntil });
    await endpoint.update({ leaseUntil: new Date(Date.now() - 1_000) });
    expect(await run()).toEqual({ delivered: 1, failed: 0 });
  });
});
