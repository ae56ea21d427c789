import type { OutgoingHttpHeaders } from 'node:http';
import { changePushEndpoint } from '../../../src/commands/changePushEndpoint';
import { createApiKey } from '../../../src/commands/createApiKey';
import { repushEvents } from '../../../src/commands/repushEvents';
import { rotatePushSecret } from '../../../src/commands/rotatePushSecret';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import { startPushSite, type PushSite } from '../../support/pushSite';
import { verified, type ReceivedCall, type Receiver } from '../../support/receiver';

let site: PushSite;
let receiver: Receiver;

beforeAll(async () => {
  site = await startPushSite();
  ({ receiver } = site);
  const key = { name: 'Their shop', customer: 'shop', scopes: ['events:read'], callsAMinute: 60, days: null };
  await createApiKey(site.website.deps, key, THE_SYSTEM);
});

afterAll(() => site.close());

beforeEach(() => site.begin());

const MOVED = '/moved';
const move = () =>
  changePushEndpoint(site.website.deps, { id: site.endpoint.id, url: `${receiver.url}${MOVED}` }, THE_SYSTEM);
const isFormer = ({ path }: ReceivedCall) => !path.endsWith(MOVED);
const endpoint = () => site.endpoint.reload();

/** At its former address only while the endpoint is moved from there. */
function answersWhenMoved(status: number, headers: OutgoingHttpHeaders = {}): void {
  receiver.answerWith((call) => {
    if (!isFormer(call)) return 204;
    return { write: (response) => void move().then(() => response.writeHead(status, headers).end()) };
  });
}

describe('an endpoint that is moved while it is called', () => {
  it.each([
    ['that it is gone', 410, {}],
    ['to be left alone for a day', 503, { 'Retry-After': '86400' }],
    ['nothing of use', 500, {}],
  ])(
    'is sent everything at its new address at once, where the former one answers %s',
    async (_what, status, headers) => {
      const events = await site.publish('class.ready', 'class.live');
      answersWhenMoved(status, headers);
      await site.run();
      expect(receiver.taken()).toEqual(events);
      expect(await site.states()).toEqual(['delivered', 'delivered']);
      expect(await endpoint()).toMatchObject({ state: 'on', failures: 0, failingSince: null, pausedUntil: null });
    },
  );

  it('is not sent again what its former address has taken', async () => {
    const [first, second] = await site.publish('class.ready', 'class.live');
    answersWhenMoved(204);
    await site.run();
    expect(receiver.calls.map(({ id }) => id)).toEqual([first, second]);
    expect(await site.states()).toEqual(['delivered', 'delivered']);
  });
});

it('what the former address disliked is due at once at the new one', async () => {
  const [bad] = await site.publish('class.ready');
  receiver.answerWith((call) => (isFormer(call) && call.id === bad ? 400 : 204));
  // Each time with another that is taken, so that it is the event that waits, and not the endpoint.
  const good: string[] = [];
  for (let tries = 0; tries < 4; tries += 1) {
    good.push(...(await site.publish('class.live')));
    await site.run(40);
  }
  expect(receiver.taken()).toEqual(good);
  await move();
  await site.run();
  expect(receiver.taken()).toEqual([...good, bad]);
});

it('what was tried at the former address for almost three days has three more at the new one', async () => {
  const events = await site.publish('class.ready', 'class.live');
  receiver.answerWith(() => 500);
  for (let tries = 0; tries < 9; tries += 1) await site.runWhenDue();
  await move();
  await site.run(24 * 60);
  expect(await site.states()).toEqual(['queued', 'queued']);
  receiver.answerWith(() => 204);
  await site.runWhenDue();
  expect(receiver.taken()).toEqual(events);
});

it('what waits while the secret is changed is signed with the new one, and with the former for a day', async () => {
  await site.publish('class.ready');
  receiver.answerWith(() => 500);
  await site.run();
  const former = site.secret;
  const { id } = site.endpoint;
  const { secret } = await rotatePushSecret(site.website.deps, { id }, THE_SYSTEM);
  await site.runWhenDue();
  await rotatePushSecret(site.website.deps, { id, atOnce: true }, THE_SYSTEM);
  await site.runWhenDue();
  const signedBy = (by: string) =>
    receiver.calls.map((call) => {
      try {
        return verified(call, by) !== undefined;
      } catch {
        return false;
      }
    });
  expect([signedBy(former), signedBy(secret)]).toEqual([
    [true, true, false],
    [false, true, false],
  ]);
});

it('a span that is pushed again while the endpoint rests waits with it, and comes in the order of the feed', async () => {
  const before = await site.publish('class.ready', 'class.live');
  await site.run();
  receiver.answerWith(() => 500);
  const [failing] = await site.publish('class.settled');
  await site.run();
  receiver.forget();
  const span = { kind: 'span', from: addMinutes(new Date(), -60), to: addMinutes(new Date(), 60) } as const;
  await repushEvents(site.website.deps, { id: site.endpoint.id, selection: span }, THE_SYSTEM);
  await site.run();
  expect(receiver.calls).toEqual([]);
  receiver.answerWith(() => 204);
  await site.runWhenDue();
  expect(receiver.taken()).toEqual([...before, failing]);
});
