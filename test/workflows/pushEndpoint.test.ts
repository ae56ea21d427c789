import { deletePushEndpoint } from '../../src/commands/deletePushEndpoint';
import { switchOffPushEndpoint } from '../../src/commands/switchOffPushEndpoint';
import { sweepWorkflows } from '../../src/commands/sweepWorkflows';
import { THE_SYSTEM } from '../../src/commands/writeAudit';
import type { OutcomeEventType } from '../../src/domain/outcomeEvents';
import type { ClassDate } from '../../src/models/ClassDate';
import { Incident } from '../../src/models/Incident';
import { PushDelivery } from '../../src/models/PushDelivery';
import type { PushEndpoint } from '../../src/models/PushEndpoint';
import { pushEndpointWorkflowId } from '../../src/temporal/workflowIds';
import { buildUser } from '../factories/people';
import { buildPushEndpoint, buildSoldClass, publishOutcomes } from '../factories/pushes';
import { eventually } from '../support/eventually';
import { forbiddenIn, historyTexts } from '../support/historyTexts';
import { startReceiver, verified, type Receiver } from '../support/receiver';
import { startSkippingScene, type SkippingScene } from '../support/skippingScene';

const HOUR_MS = 60 * 60_000;

let scene: SkippingScene;
let receiver: Receiver;
let classDate: ClassDate;
let endpoint: PushEndpoint;
let secret: string;

beforeAll(async () => {
  scene = await startSkippingScene();
  receiver = await startReceiver();
  classDate = await buildSoldClass();
  await buildUser('admin');
});

afterAll(async () => {
  await receiver.close();
  await scene.close();
});

beforeEach(async () => {
  receiver.forget();
  receiver.answerWith(() => 204);
  ({ endpoint, secret } = await buildPushEndpoint(scene.stack.deps, { url: receiver.url }));
});

afterEach(async () => {
  await switchOffPushEndpoint(scene.stack.deps, endpoint.id, THE_SYSTEM);
  await scene.stack.deps.temporal.hintPushEndpoint(endpoint, 'test is over');
  await ended();
});

const publish = (...types: OutcomeEventType[]) => publishOutcomes(scene.stack.deps, classDate, types);
const handle = () => scene.client.workflow.getHandle(pushEndpointWorkflowId(endpoint));
const ended = () =>
  eventually('its workflow ends', async () => (await handle().describe()).status.name === 'COMPLETED');
const states = async () =>
  (await PushDelivery.findAll({ where: { endpointId: endpoint.id }, order: ['seq'] })).map(({ state }) => state);

it('pushes what is published at once, and ends when there is nothing more', async () => {
  const events = await publish('class.ready', 'class.live');
  await eventually('both are taken', () => receiver.taken().length === 2);
  expect(receiver.taken()).toEqual(events);
  await ended();
});

it('a receiver that was down for two days gets everything once, in order, under the ids of the first try', async () => {
  receiver.answerWith(() => 500);
  const events = await publish('class.ready', 'class.live', 'class.settled', 'class.cancelled', 'class.missed');
  await eventually('it is tried', () => receiver.calls.length > 0);
  await scene.sleep(48 * HOUR_MS);
  const callsMeanwhile = receiver.calls.length;
  // Eight tries, each of which costs two calls at most.
  expect(callsMeanwhile).toBeGreaterThanOrEqual(8);
  expect(callsMeanwhile).toBeLessThanOrEqual(16);
  expect(receiver.calls[0]?.id).toBe(events[0]);
  expect(await states()).toEqual(events.map(() => 'queued'));

  receiver.answerWith(() => 204);
  await scene.sleep(20 * HOUR_MS);
  await eventually('all are taken', () => receiver.taken().length === events.length);
  expect(receiver.taken()).toEqual(events);
  for (const call of receiver.calls) expect(verified(call, secret)).toMatchObject({ data: { id: call.id } });
  await ended();
  expect(receiver.taken()).toEqual(events);
});

it('a receiver that takes nothing for three days is given up, and admins are told', async () => {
  receiver.answerWith(() => 500);
  await publish('class.ready', 'class.live');
  await eventually('it is tried', () => receiver.calls.length > 0);
  await scene.sleep(71 * HOUR_MS);
  expect((await endpoint.reload()).state).toBe('on');
  // The next try, which gives up, is a longest wait and its spread later at most.
  await scene.sleep(30 * HOUR_MS);
  await eventually('it is switched off', async () => (await endpoint.reload()).state === 'off');
  expect(endpoint.offReason).toBe('failing');
  expect(await states()).toEqual(['failed', 'failed']);
  expect(await Incident.count({ where: { pushEndpointId: endpoint.id, closedAt: null } })).toBe(1);
  const subject = 'Trouble: A marketplace’s endpoint takes no more events, and was switched off';
  await eventually('admins are told', () =>
    scene.stack.mailbox
      .messages()
      .some((mail) => mail.subject === subject && mail.text.includes('/admin/push-endpoints')),
  );
  const calls = receiver.calls.length;
  await scene.sleep(48 * HOUR_MS);
  expect(receiver.calls).toHaveLength(calls);
});

it('ends at once when its endpoint is deleted, whatever it waits for', async () => {
  receiver.answerWith(() => 500);
  await publish('class.ready', 'class.live');
  await eventually('it rests', async () => (await endpoint.reload()).failures > 0);
  const workflow = handle();
  await deletePushEndpoint(scene.stack.deps, endpoint.id, THE_SYSTEM);
  await eventually('its workflow ends', async () => (await workflow.describe()).status.name === 'COMPLETED');
  ({ endpoint } = await buildPushEndpoint(scene.stack.deps, { url: receiver.url }));
});

it('keeps no address, secret or name in its history', async () => {
  receiver.answerWith(() => 500);
  await publish('class.ready');
  await eventually('it is tried', () => receiver.calls.length > 0);
  receiver.answerWith(() => 204);
  await scene.sleep(HOUR_MS);
  await eventually('it is taken', () => receiver.taken().length === 1);
  await ended();
  const texts = historyTexts(await handle().fetchHistory());
  const described = historyTexts((await handle().describe()).raw);
  const secrets = [secret, receiver.url, classDate.externalId ?? '', '127.0.0.1', 'shop'];
  expect(forbiddenIn([...texts, ...described], secrets)).toEqual([]);
  expect(texts.length).toBeGreaterThan(10);
});

it('is started by the sweep when Temporal has lost it', async () => {
  const { deps } = scene.stack;
  const silent = { ...deps, temporal: { ...deps.temporal, hintPushEndpoint: () => Promise.resolve() } };
  const [event] = await publishOutcomes(silent, classDate, ['class.ready']);
  await deps.db.query('UPDATE push_endpoints SET updated_at = TIMESTAMPADD(MINUTE, -5, updated_at)');
  await deps.db.query('UPDATE workflow_outbox SET delivered_at = TIMESTAMPADD(MINUTE, -5, created_at)');
  const runs = {
    ...deps.temporal.runs,
    pages: async function* () {
      yield await Promise.resolve([]);
    },
  };
  const counts = await sweepWorkflows({ ...deps, temporal: { ...deps.temporal, runs } });
  expect(counts.missing).toBeGreaterThanOrEqual(1);
  await eventually('it is taken', () => receiver.taken().includes(event ?? ''));
});
