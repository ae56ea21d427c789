import { repushEvents } from '../../../src/commands/repushEvents';
import { sendTestPush } from '../../../src/commands/sendTestPush';
import { switchOffPushEndpoint } from '../../../src/commands/switchOffPushEndpoint';
import { switchOnPushEndpoint } from '../../../src/commands/switchOnPushEndpoint';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import { OutcomeEvent } from '../../../src/models/OutcomeEvent';
import type { PushEndpoint } from '../../../src/models/PushEndpoint';
import { eventName, readEventName } from '../../../src/push/eventName';
import type { RepushSelection } from '../../../src/queries/findRepushable';
import { buildSoldClass, publishOutcomes } from '../../factories/pushes';
import { startPushSite, type PushSite } from '../../support/pushSite';
import { verified, type Receiver } from '../../support/receiver';
import type { Website } from '../../support/website';

let site: PushSite;
let website: Website;
let receiver: Receiver;
let endpoint: PushEndpoint;

beforeAll(async () => {
  site = await startPushSite();
  ({ website, receiver } = site);
});

afterAll(() => site.close());

beforeEach(async () => {
  await site.begin();
  ({ endpoint } = site);
});

const repush = (selection: RepushSelection) => repushEvents(website.deps, { id: endpoint.id, selection }, THE_SYSTEM);
const everything = () => ({ kind: 'span', from: addMinutes(new Date(), -60), to: addMinutes(new Date(), 1) }) as const;
const one = (name = '') => ({ kind: 'event', ...(readEventName(name) ?? { eventId: 0, eventKey: null }) }) as const;

it('one event goes out again under its id, also of a kind that the endpoint is not told otherwise', async () => {
  const [booked, ready] = await site.publish('class.booked', 'class.ready');
  await site.run();
  expect(await repush(one(ready))).toBe(1);
  expect(website.temporal.hints).toContain(`push endpoint ${endpoint.id}: pushed again`);
  expect(await repush(one(booked))).toBe(1);
  await site.run();
  expect(receiver.taken()).toEqual([ready, booked, ready]);
  expect((await website.audited()).filter((action) => action === 'push_replayed')).toHaveLength(2);
});

it('a span brings what was taken, what was given up and what came while it was off, in the order of the feed', async () => {
  const taken = await site.publish('class.ready');
  await site.run();
  await site.publish('class.live');
  await switchOffPushEndpoint(website.deps, endpoint.id, THE_SYSTEM);
  await site.publish('class.missed', 'class.booked');
  await expect(repush(everything())).rejects.toThrow('Switch it on first');
  await switchOnPushEndpoint(website.deps, endpoint.id, THE_SYSTEM);
  await site.run();
  expect(receiver.taken()).toEqual(taken);

  expect(await repush(everything())).toBe(3);
  await site.run();
  const all = await OutcomeEvent.findAll({ order: ['seq'] });
  const told = all.filter(({ type }) => type !== 'class.booked').map((event) => eventName(event));
  expect(receiver.taken()).toEqual([...taken, ...told]);
  expect(new Set(await site.states())).toEqual(new Set(['delivered']));
  expect(await repush({ ...everything(), to: addMinutes(new Date(), -59) })).toBe(0);
});

it('gives nobody an event of somebody else', async () => {
  const [other] = await publishOutcomes(website.deps, await buildSoldClass('another-shop'), ['class.ready']);
  expect(await repush(one(other))).toBe(0);
  expect(await repush(everything())).toBe(0);
  expect(await site.run()).toEqual({ delivered: 0, failed: 0 });
});

it('leaves what waits anyway as it is', async () => {
  receiver.answerWith(() => 500);
  await site.publish('class.ready');
  await site.run();
  expect(await repush(everything())).toBe(1);
  const [delivery] = await site.deliveries();
  expect(delivery).toMatchObject({ state: 'queued', attempts: 1, lastStatus: 500 });
});

it('a test that is taken wakes an endpoint that rests; one that is not says why', async () => {
  receiver.answerWith(() => 500);
  const [event] = await site.publish('class.ready');
  await site.run();
  expect(await sendTestPush(website.deps, endpoint.id, THE_SYSTEM)).toMatchObject({ ok: false, status: 500 });
  expect((await endpoint.reload()).pausedUntil).not.toBeNull();
  receiver.answerWith(() => 204);
  expect(await sendTestPush(website.deps, endpoint.id, THE_SYSTEM)).toEqual({ ok: true, status: 204 });
  const test = receiver.calls.at(-1);
  if (!test) throw new Error('Nothing came.');
  expect(verified(test, site.secret)).toMatchObject({ type: 'endpoint.test', data: {} });
  expect(website.temporal.hints).toContain(`push endpoint ${endpoint.id}: endpoint well`);
  await site.run();
  expect(receiver.taken()).toEqual([test.id, event]);
});
