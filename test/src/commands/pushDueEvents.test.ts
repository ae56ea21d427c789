import type { ServerResponse } from 'node:http';
import { rotatePushSecret } from '../../../src/commands/rotatePushSecret';
import { switchOffPushEndpoint } from '../../../src/commands/switchOffPushEndpoint';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import { Incident } from '../../../src/models/Incident';
import { PushEndpoint } from '../../../src/models/PushEndpoint';
import { buildSoldClass, publishOutcomes } from '../../factories/pushes';
import { eventually } from '../../support/eventually';
import { startPushSite, type PushSite } from '../../support/pushSite';
import { verified, type Receiver } from '../../support/receiver';
import type { Website } from '../../support/website';

let site: PushSite;
let website: Website;
let receiver: Receiver;
let endpoint: PushEndpoint;
let secret: string;

beforeAll(async () => {
  site = await startPushSite();
  ({ website, receiver } = site);
});

afterAll(() => site.close());

beforeEach(async () => {
  await site.begin();
  ({ endpoint, secret } = site);
});

const called = () => receiver.calls.map(({ id }) => id);

describe('what is pushed', () => {
  it('is each event that the endpoint is told of, in the order of the feed, signed, and nothing of a person', async () => {
    const events = await site.publish('class.booked', 'class.ready', 'class.live');
    expect(website.temporal.hints).toContain(`push endpoint ${endpoint.id}: events published`);
    expect(await site.run()).toEqual({ delivered: 2, failed: 0 });
    expect(receiver.taken()).toEqual(events.slice(1));
    const [first] = receiver.calls;
    if (!first) throw new Error('Nothing came.');
    expect(verified(first, secret)).toEqual({
      type: 'class.ready',
      timestamp: expect.stringMatching(/Z$/) as string,
      data: {
        ...{ id: events[1], order: expect.stringMatching(/^A-/) as string, classDate: site.classDate.externalId },
        ...{ state: 'scheduled', stateReason: null, outcome: null, revision: null },
        ...{ startsAt: site.classDate.startsAt.toISOString(), durationMinutes: 60 },
      },
    });
    expect(first.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': events[1] });
    expect(() => verified({ ...first, body: first.body.replace('scheduled', 'settled') }, secret)).toThrow();
    expect(await site.run()).toEqual({ delivered: 0, failed: 0 });
    expect(website.logged.filter((line) => line.includes(receiver.url) || line.includes(secret))).toEqual([]);
  });

  it('is nothing of another customer, and nothing while it is off', async () => {
    await publishOutcomes(website.deps, await buildSoldClass('another-shop'), ['class.ready']);
    expect(await site.states()).toEqual([]);
    await switchOffPushEndpoint(website.deps, endpoint.id, THE_SYSTEM);
    await site.publish('class.ready');
    expect(await site.states()).toEqual([]);
  });

  it('carries both signatures while the secret is changed, and one when the former is known to others', async () => {
    const { secret: renewed } = await rotatePushSecret(website.deps, { id: endpoint.id }, THE_SYSTEM);
    await site.publish('class.ready');
    await site.run();
    const [call] = receiver.calls;
    if (!call) throw new Error('Nothing came.');
    expect(verified(call, renewed)).toEqual(verified(call, secret));
    const { secret: third } = await rotatePushSecret(website.deps, { id: endpoint.id, atOnce: true }, THE_SYSTEM);
    await site.publish('class.live');
    await site.run();
    const [, next] = receiver.calls;
    if (!next) throw new Error('Nothing came.');
    expect(verified(next, third)).toMatchObject({ type: 'class.live' });
    expect(() => verified(next, renewed)).toThrow();
    expect(await PushEndpoint.count({ where: { secretEncrypted: third } })).toBe(0);
  });

  it('has the new signature alone when the day is over', async () => {
    const { secret: renewed } = await rotatePushSecret(website.deps, { id: endpoint.id }, THE_SYSTEM);
    await PushEndpoint.update({ previousSecretUntil: new Date(Date.now() - 1_000) }, { where: {} });
    await site.publish('class.ready');
    await site.run();
    const [call] = receiver.calls;
    if (!call) throw new Error('Nothing came.');
    expect(verified(call, renewed)).toMatchObject({ type: 'class.ready' });
    expect(() => verified(call, secret)).toThrow();
  });
});

describe('a receiver that is down', () => {
  it('costs one call or two a try, at the times of Standard Webhooks, and gets all in order once it is back', async () => {
    receiver.answerWith(() => 503);
    const events = await site.publish(...Array.from({ length: 20 }, () => 'class.live' as const));
    const waits: number[] = [];
    for (let tries = 0; tries < 8; tries += 1) {
      await site.runWhenDue();
      const { pausedUntil, lastFailedAt } = await endpoint.reload();
      waits.push(((pausedUntil?.getTime() ?? 0) - (lastFailedAt?.getTime() ?? 0)) / 1_000);
    }
    const longer = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000].map((wait, at) => (waits[at] ?? 0) / wait);
    expect([waits.length, Math.min(...longer) >= 1, Math.max(...longer) <= 1.1]).toEqual([8, true, true]);
    // Whatever failed together comes back at instants of its own.
    expect(new Set(longer).size).toBeGreaterThan(1);
    expect(receiver.calls).toHaveLength(16);
    expect(new Set(await site.states())).toEqual(new Set(['queued']));

    receiver.answerWith(() => 204);
    expect(await site.runWhenDue()).toEqual({ delivered: 20, failed: 0 });
    expect(receiver.taken()).toEqual(events);
    expect(await endpoint.reload()).toMatchObject({ failures: 0, failingSince: null, pausedUntil: null });
  });

  it('is called but once where no connection comes about', async () => {
    await endpoint.update({ url: 'http://127.0.0.1:9/' });
    await site.publish('class.ready', 'class.live');
    expect(await site.run()).toEqual({ delivered: 0, failed: 1 });
    expect(await site.run()).toEqual({ delivered: 0, failed: 0 });
    expect((await site.deliveries())[0]).toMatchObject({ attempts: 1, lastStatus: null, lastFailure: 'no_connection' });
  });

  it('is not called at all while its secret cannot be read, and gets everything once the key is back', async () => {
    const { secretEncrypted } = endpoint;
    await endpoint.update({ secretEncrypted: secretEncrypted.replace('v1.e1.', 'v1.gone.') });
    const events = await site.publish('class.ready', 'class.live');
    expect(await site.run()).toEqual({ delivered: 0, failed: 1 });
    expect((await site.deliveries())[0]).toMatchObject({ state: 'queued', lastFailure: 'secret_unreadable' });
    expect(receiver.calls).toEqual([]);
    await endpoint.update({ secretEncrypted });
    await site.runWhenDue();
    expect(receiver.taken()).toEqual(events);
  });

  it('is tried again five minutes after the last time when there is news, and not before', async () => {
    receiver.answerWith(() => 500);
    const [first] = await site.publish('class.ready');
    for (let tries = 0; tries < 4; tries += 1) await site.runWhenDue();
    const calls = receiver.calls.length;
    const [news] = await site.publish('class.live');
    expect(await site.run(4)).toEqual({ delivered: 0, failed: 0 });
    expect(receiver.calls).toHaveLength(calls);
    receiver.answerWith(() => 204);
    expect(await site.run(1.1)).toEqual({ delivered: 2, failed: 0 });
    expect(receiver.taken()).toEqual([first, news]);
  });

  it('is switched off after three days, admins are told once, and what waited is given up', async () => {
    receiver.answerWith(() => 500);
    await site.publish('class.ready', 'class.live');
    for (let tries = 0; tries < 10; tries += 1) {
      expect(await site.states()).toEqual(['queued', 'queued']);
      await site.runWhenDue();
    }
    expect(await site.states()).toEqual(['failed', 'failed']);
    expect(await endpoint.reload()).toMatchObject({ state: 'off', offReason: 'failing' });
    const where = { cause: 'push_endpoint_off' as const, pushEndpointId: endpoint.id };
    expect(await Incident.count({ where: { ...where, closedAt: null } })).toBe(1);
    expect(website.temporal.hints.filter((hint) => hint.endsWith('incident opened'))).toHaveLength(1);
    const calls = receiver.calls.length;
    await site.run(60 * 24);
    expect(receiver.calls).toHaveLength(calls);
    // Somebody says that this is all right.
    await switchOffPushEndpoint(website.deps, endpoint.id, THE_SYSTEM);
    expect(await Incident.count({ where: { ...where, closedAt: null } })).toBe(0);
  });
});

describe('a receiver that says when to call again', () => {
  const asking = (status: number, seconds: number) => ({
    write: (response: ServerResponse) => void response.writeHead(status, { 'Retry-After': String(seconds) }).end(),
  });
  const waited = async () => {
    const { pausedUntil, lastFailedAt } = await endpoint.reload();
    return ((pausedUntil?.getTime() ?? 0) - (lastFailedAt?.getTime() ?? 0)) / 1_000;
  };

  it.each([429, 503])('is left alone until then, at one call a try, whatever is new: %d', async (status) => {
    const [first] = await site.publish('class.ready', 'class.live');
    receiver.answerWith(() => asking(status, 3_600));
    await site.run();
    expect([called(), await waited()]).toEqual([[first], 3_600]);
    await site.publish('class.missed');
    await site.run(58);
    expect(called()).toEqual([first]);
    receiver.answerWith(() => 204);
    expect(await site.run(3)).toEqual({ delivered: 3, failed: 0 });
    expect(await endpoint.reload()).toMatchObject({ failures: 0, pausedUntil: null, askedUntil: null });
  });

  it('is not called sooner than by the schedule, and is heard for a day at most', async () => {
    await site.publish('class.ready', 'class.live');
    receiver.answerWith(() => asking(503, 1));
    await site.run();
    expect(await waited()).toBeGreaterThanOrEqual(5);
    await site.runWhenDue();
    expect(await waited()).toBeGreaterThanOrEqual(300);
    receiver.answerWith(() => asking(503, 365 * 86_400));
    await site.runWhenDue();
    expect(await waited()).toBe(86_400);
  });

  it('is given up after three days all the same', async () => {
    await site.publish('class.ready', 'class.live');
    receiver.answerWith(() => asking(503, 20 * 3_600));
    const since = site.now;
    for (let tries = 0; tries < 6 && (await endpoint.reload()).state === 'on'; tries += 1) await site.runWhenDue();
    expect(endpoint).toMatchObject({ state: 'off', offReason: 'failing' });
    expect(Math.round((site.now.getTime() - since.getTime()) / 60_000)).toBe(72 * 60);
  });

  it('that has had too much is not asked for another event', async () => {
    const [first] = await site.publish('class.ready', 'class.live');
    receiver.answerWith(() => 429);
    await site.run();
    expect(called()).toEqual([first]);
    expect(await waited()).toBeGreaterThanOrEqual(5);
  });
});

describe('one event that a receiver dislikes', () => {
  it('holds no other up, waits by itself, and is given up after three days', async () => {
    const [bad, ...good] = await site.publish('class.ready', 'class.live', 'class.missed', 'class.settled');
    receiver.answerWith(({ id }) => (id === bad ? 400 : 204));
    await site.run();
    expect(receiver.taken()).toEqual(good);
    expect(await site.states()).toEqual(['queued', 'delivered', 'delivered', 'delivered']);
    const [late] = await site.publish('class.cancelled');
    await site.run(6);
    expect(receiver.taken()).toEqual([...good, late]);
    for (let tries = 0; tries < 12 && (await site.states())[0] === 'queued'; tries += 1) {
      await site.runWhenDue();
      // Now and then something else is well.
      await site.publish('class.live');
      await site.run(6);
    }
    expect((await site.states())[0]).toBe('failed');
    expect((await site.deliveries())[0]).toMatchObject({ lastStatus: 400, lastFailure: 'status' });
    expect(await endpoint.reload()).toMatchObject({ state: 'on' });
    expect(called().filter((id) => id === bad).length).toBeGreaterThanOrEqual(9);
  });
});

describe('an event that there is nothing beside', () => {
  const daysOf = async (answer: number) => {
    receiver.answerWith(() => answer);
    const tries = async () => (await site.deliveries()).reduce((sum, { attempts }) => sum + attempts, 0);
    const before = await tries();
    for (let more = true; more; more = (await site.states()).includes('queued')) await site.runWhenDue();
    return (await tries()) - before;
  };

  it('is given up alone after three days when it is disliked, and the next is sent at once', async () => {
    await site.publish('class.ready');
    expect(await daysOf(400)).toBe(10);
    expect(await site.states()).toEqual(['failed']);
    const goesOn = { state: 'on', failures: 0, failingSince: expect.any(Date) as Date, pausedUntil: null };
    expect(await endpoint.reload()).toMatchObject(goesOn);
    expect(await Incident.count({ where: { pushEndpointId: endpoint.id } })).toBe(0);
    receiver.answerWith(() => 204);
    const [next] = await site.publish('class.live');
    expect(await site.run()).toEqual({ delivered: 1, failed: 0 });
    expect(receiver.taken()).toEqual([next]);
    expect(await endpoint.reload()).toMatchObject({ state: 'on', failingSince: null });
  });

  it('is no excuse for the next: that has three days of its own, and then the endpoint is off', async () => {
    await site.publish('class.ready');
    await daysOf(500);
    await site.publish('class.live');
    expect(await daysOf(500)).toBe(10);
    expect(await site.states()).toEqual(['failed', 'failed']);
    expect(await endpoint.reload()).toMatchObject({ state: 'off', offReason: 'failing' });
    expect(await Incident.count({ where: { pushEndpointId: endpoint.id, closedAt: null } })).toBe(1);
  });

  it('is not to blame where nobody answers, or all calls are too many', async () => {
    await site.publish('class.ready');
    await daysOf(429);
    expect(await endpoint.reload()).toMatchObject({ state: 'off', offReason: 'failing' });
    await site.begin();
    ({ endpoint } = site);
    await endpoint.update({ url: 'http://127.0.0.1:9/' });
    await site.publish('class.ready');
    await daysOf(204);
    expect(await endpoint.reload()).toMatchObject({ state: 'off', offReason: 'failing' });
  });
});

describe('a receiver that is gone', () => {
  it('is switched off at its word, and admins are told', async () => {
    receiver.answerWith(() => 410);
    await site.publish('class.ready', 'class.live');
    await site.run();
    expect(receiver.calls).toHaveLength(1);
    expect(await endpoint.reload()).toMatchObject({ state: 'off', offReason: 'gone' });
    expect((await site.deliveries()).map(({ state, lastFailure }) => [state, lastFailure])).toEqual([
      ['failed', 'gone'],
      ['failed', 'switched_off'],
    ]);
    expect(await Incident.count({ where: { pushEndpointId: endpoint.id, closedAt: null } })).toBe(1);
    expect(await site.lookAt()).toMatchObject({ phase: 'switched off', nextLookAt: null });
  });
});

describe('two runs at once', () => {
  it('call but once for each event', async () => {
    const events = await site.publish('class.ready', 'class.live', 'class.settled');
    const counts = await Promise.all([site.run(), site.run(), site.run()]);
    expect(counts.map(({ delivered }) => delivered).sort()).toEqual([0, 0, 3]);
    expect(called()).toEqual(events);
    expect(await endpoint.reload()).toMatchObject({ leaseHolder: null, leaseUntil: null });
  });

  it('send again under its id what was taken and could not be noted', async () => {
    const { db } = website.deps;
    const [event] = await site.publish('class.ready');
    await db.query(
      `CREATE TRIGGER refuses BEFORE UPDATE ON push_deliveries FOR EACH ROW
         SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused by the test'`,
    );
    await expect(site.run()).rejects.toThrow('refused by the test');
    await db.query('DROP TRIGGER refuses');
    expect(await site.run()).toEqual({ delivered: 1, failed: 0 });
    expect(called()).toEqual([event, event]);
  });

  it('note nothing once another one has taken over, which sends it under the same id', async () => {
    const [event] = await site.publish('class.ready');
    receiver.answerWith(() => {
      void endpoint.update({ leaseHolder: 'another' });
      return 'nothing';
    });
    const slow = site.run();
    await eventually('it is called', () => receiver.calls.length === 1);
    await eventually('it was taken over', async () => (await endpoint.reload()).leaseHolder === 'another');
    receiver.hangUp();
    expect(await slow).toEqual({ delivered: 0, failed: 1 });
    expect((await site.deliveries())[0]).toMatchObject({ state: 'queued', attempts: 0 });
    receiver.answerWith(() => 204);
    await endpoint.update({ leaseHolder: null, leaseUntil: null });
    await site.run();
    expect(receiver.taken()).toEqual([event]);
  });

  it('take over from one that died', async () => {
    await site.publish('class.ready');
    await endpoint.update({ leaseHolder: 'dead', leaseUntil: addMinutes(new Date(), 1) });
    expect(await site.run()).toEqual({ delivered: 0, failed: 0 });
    const waitsUntil = new Date(site.now.getTime() + 15_000).toISOString();
    expect(await site.lookAt()).toMatchObject({ steps: [], nextLookAt: waitsUntil });
    await endpoint.update({ leaseUntil: new Date(Date.now() - 1_000) });
    expect(await site.run()).toEqual({ delivered: 1, failed: 0 });
  });
});
