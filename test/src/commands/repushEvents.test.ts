import { pushDueEvents } from '../../../src/commands/pushDueEvents';
import { repushEvents } from '../../../src/commands/repushEvents';
import { sendTestPush } from '../../../src/commands/sendTestPush';
import { switchOffPushEndpoint } from '../../../src/commands/switchOffPushEndpoint';
import { switchOnPushEndpoint } from '../../../src/commands/switchOnPushEndpoint';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { OutcomeEvent } from '../../../src/models/OutcomeEvent';
import { PushDelivery } from '../../../src/models/PushDelivery';
import { PushEndpoint } from '../../../src/models/PushEndpoint';
import type { RepushSelection } from '../../../src/queries/findRepushable';
import { buildPushEndpoint, buildSoldClass, publishOutcomes } from '../../factories/pushes';
import { startReceiver, verified, type Receiver } from '../../support/receiver';
import { startWebsite, type Website } from '../../support/website';

let website: Website;
let receiver: Receiver;
let classDate: ClassDate;
let endpoint: PushEndpoint;
let secret: string;

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
  await OutcomeEvent.destroy({ where: {} });
  receiver.forget();
  receiver.answerWith(() => 204);
  ({ endpoint, secret } = await buildPushEndpoint(website.deps, { url: receiver.url }));
});

const run = () =>
  pushDueEvents(website.deps, {
    endpointId: endpoint.id,
    now: addMinutes(new Date(), 0.01),
    heartbeat: () => undefined,
  });
const repush = (selection: RepushSelection) => repushEvents(website.deps, { id: endpoint.id, selection }, THE_SYSTEM);
const everything = () => ({ kind: 'span', from: addMinutes(new Date(), -60), to: addMinutes(new Date(), 1) }) as const;
const idOf = (name = '') => Number(name.replace('evt_', ''));

it('one event goes out again under its id, also of a kind that the endpoint is not told otherwise', async () => {
  const [booked, ready] = await publishOutcomes(website.deps, classDate, ['class.booked', 'class.ready']);
  await run();
  expect(await repush({ kind: 'event', eventId: idOf(ready) })).toBe(1);
  expect(website.temporal.hints).toContain(`push endpoint ${endpoint.id}: pushed again`);
  expect(await repush({ kind: 'event', eventId: idOf(booked) })).toBe(1);
  await run();
  expect(receiver.taken()).toEqual([ready, booked, ready]);
  expect((await website.audited()).filter((action) => action === 'push_replayed')).toHaveLength(2);
});

it('a span brings what was taken, what was given up and what came while it was off, in the order of the feed', async () => {
  const taken = await publishOutcomes(website.deps, classDate, ['class.ready']);
  await run();
  await publishOutcomes(website.deps, classDate, ['class.live']);
  await switchOffPushEndpoint(website.deps, endpoint.id, THE_SYSTEM);
  await publishOutcomes(website.deps, classDate, ['class.missed', 'class.booked']);
  await expect(repush(everything())).rejects.toThrow('Switch it on first');
  await switchOnPushEndpoint(website.deps, endpoint.id, THE_SYSTEM);
  await run();
  expect(receiver.taken()).toEqual(taken);

  expect(await repush(everything())).toBe(3);
  await run();
  const all = await OutcomeEvent.findAll({ order: ['seq'] });
  const told = all.filter(({ type }) => type !== 'class.booked').map(({ id }) => `evt_${id}`);
  expect(receiver.taken()).toEqual([...taken, ...told]);
  expect(new Set((await PushDelivery.findAll()).map(({ state }) => state))).toEqual(new Set(['delivered']));
  expect(await repush({ ...everything(), to: addMinutes(new Date(), -59) })).toBe(0);
});

it('gives nobody an event of somebody else', async () => {
  const [other] = await publishOutcomes(website.deps, await buildSoldClass('another-shop'), ['class.ready']);
  expect(await repush({ kind: 'event', eventId: idOf(other) })).toBe(0);
  expect(await repush(everything())).toBe(0);
  expect(await run()).toEqual({ delivered: 0, failed: 0 });
});

it('leaves what waits anyway as it is', async () => {
  receiver.answerWith(() => 500);
  await publishOutcomes(website.deps, classDate, ['class.ready']);
  await run();
  expect(await repush(everything())).toBe(1);
  const [delivery] = await PushDelivery.findAll();
  expect(delivery).toMatchObject({ state: 'queued', attempts: 1, lastStatus: 500 });
});

it('a test that is taken wakes an endpoint that rests; one that is not says why', async () => {
  receiver.answerWith(() => 500);
  const [event] = await publishOutcomes(website.deps, classDate, ['class.ready']);
  await run();
  expect(await sendTestPush(website.deps, endpoint.id, THE_SYSTEM)).toMatchObject({ ok: false, status: 500 });
  expect((await endpoint.reload()).pausedUntil).not.toBeNull();
  receiver.answerWith(() => 204);
  expect(await sendTestPush(website.deps, endpoint.id, THE_SYSTEM)).toEqual({ ok: true, status: 204 });
  const test = receiver.calls.at(-1);
  if (!test) throw new Error('Nothing came.');
  expect(verified(test, secret)).toMatchObject({ type: 'endpoint.test', data: {} });
  expect(website.temporal.hints).toContain(`push endpoint ${endpoint.id}: endpoint well`);
  await run();
  expect(receiver.taken()).toEqual([test.id, event]);
});
