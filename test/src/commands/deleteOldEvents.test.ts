import { cleanUp } from '../../../src/commands/cleanUp';
import { pushDueEvents } from '../../../src/commands/pushDueEvents';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { OutcomeEvent } from '../../../src/models/OutcomeEvent';
import { PushDelivery } from '../../../src/models/PushDelivery';
import { readEventName } from '../../../src/push/eventName';
import { countRepushable } from '../../../src/queries/findRepushable';
import { paths } from '../../../src/routes/paths';
import { buildPushEndpoint, buildSoldClass, publishOutcomes } from '../../factories/pushes';
import { startApiSite, type ApiSite, type Caller } from '../../support/apiSite';
import { startReceiver, type Receiver } from '../../support/receiver';

let site: ApiSite;
let shop: Caller;
let receiver: Receiver;
let classDate: ClassDate;

beforeEach(async () => {
  site = await startApiSite({ PUSH_TO_LOOPBACK: 'true' });
  shop = await site.caller();
  receiver = await startReceiver();
  classDate = await buildSoldClass();
});

afterEach(async () => {
  await receiver.close();
  await site.close();
});

const deps = () => site.website.deps;
const publish = (of: ClassDate = classDate) => publishOutcomes(deps(), of, ['class.ready']);

/** Everything there is so far came to be so many days ago. */
async function age(days: number): Promise<void> {
  for (const table of ['outcome_events', 'push_deliveries']) {
    await deps().db.query(
      `UPDATE ${table} SET created_at = TIMESTAMPADD(DAY, -${days}, created_at),
                           updated_at = TIMESTAMPADD(DAY, -${days}, updated_at)`,
    );
  }
}

const sought = (name = '') => ({ kind: 'event', ...(readEventName(name) ?? { eventId: 0, eventKey: null }) }) as const;
const numbersOf = (names: readonly string[]) => names.map((name) => sought(name).eventId);

interface Feed {
  readonly status: number;
  readonly code: string | undefined;
  readonly ids: readonly string[];
  readonly next: string;
}

async function read(after?: string, caller = shop): Promise<Feed> {
  const answer = await caller.get(`${paths.apiEvents}${after === undefined ? '' : `?after=${after}`}`);
  const { status } = answer;
  const { events = [], next = '', code } = answer.body as { events?: { id: string }[]; next?: string; code?: string };
  return { status, code, next, ids: events.map(({ id }) => id) };
}

it('deletes events and what was pushed of them after 90 days, and none younger', async () => {
  const { endpoint } = await buildPushEndpoint(deps(), { url: receiver.url });
  const [old] = await publish();
  await PushDelivery.update({ state: 'delivered' }, { where: {} });
  await age(2);
  const [kept] = await publish();
  await PushDelivery.update({ state: 'failed' }, { where: { endpointId: endpoint.id, state: 'queued' } });
  await age(89);
  const [last] = await publish();
  expect(await cleanUp(deps(), { dryRun: true })).toMatchObject({ pushes: 1, events: 1 });
  expect(await cleanUp(deps())).toMatchObject({ pushes: 1, events: 1 });
  expect((await read()).ids).toEqual([kept, last]);
  expect(old).not.toBe(kept);
  expect(await PushDelivery.count()).toBe(2);
  expect(await cleanUp(deps())).toMatchObject({ pushes: 0, events: 0 });
});

it('tells a reader who comes with a place before what is kept, and skips nothing in silence', async () => {
  const empty = await read();
  await publish();
  const { next: afterFirst } = await read();
  await publish();
  const { next: afterSecond } = await read();
  await age(91);
  const [young] = await publish();
  await cleanUp(deps());

  expect(await read(empty.next)).toMatchObject({ status: 410, code: 'cursor_too_old' });
  expect(await read(afterFirst)).toMatchObject({ status: 410, code: 'cursor_too_old' });
  // They had everything that is gone.
  expect(await read(afterSecond)).toMatchObject({ status: 200, ids: [young] });
  expect(await read()).toMatchObject({ status: 200, ids: [young] });
});

it('tells a reader who comes with a place that the feed does not have', async () => {
  await publish();
  const { next } = await read();
  expect(await read(next)).toMatchObject({ status: 200, ids: [] });
  const beyond = String(Number(next) + 1);
  expect(await read(beyond)).toMatchObject({ status: 410, code: 'cursor_unknown' });
  const quiet = await site.caller({ customer: 'another-quiet-shop' });
  expect(await read(beyond, quiet)).toMatchObject({ status: 410, code: 'cursor_unknown' });
});

/** The database as it was before those events, whose ids and places it gives out again if it goes by its rows alone. */
async function putBackToBefore(names: readonly string[]): Promise<void> {
  const ids = numbersOf(names);
  await OutcomeEvent.destroy({ where: { id: ids } });
  await deps().db.query(`ALTER TABLE outcome_events AUTO_INCREMENT = ${Math.min(...ids)}`);
}

it('takes no new event for one of those that were lost when a backup was put back, however far the feed has come since', async () => {
  const { endpoint } = await buildPushEndpoint(deps(), { url: receiver.url });
  const kept = await publish();
  const { next: before } = await read();
  const lost = [...(await publish()), ...(await publish())];
  const { next: ofLost } = await read();
  await putBackToBefore(lost);
  expect(await read(ofLost)).toMatchObject({ status: 410, code: 'cursor_unknown' });

  const later = [...(await publish()), ...(await publish()), ...(await publish())];
  expect(numbersOf(later)).toEqual(expect.arrayContaining(numbersOf(lost)));
  expect(later.filter((name) => lost.includes(name))).toEqual([]);
  expect(await read(ofLost)).toMatchObject({ status: 410, code: 'cursor_unknown' });
  expect(await read(before)).toMatchObject({ status: 200, ids: later });
  expect((await read()).ids).toEqual([...kept, ...later]);

  const run = { endpointId: endpoint.id, now: addMinutes(new Date(), 1), heartbeat: () => undefined };
  await pushDueEvents(deps(), run);
  expect(receiver.taken()).toEqual([...kept, ...later]);
  expect(await countRepushable(deps().db, endpoint, sought(lost[0]))).toBe(0);
  expect(await countRepushable(deps().db, endpoint, sought(later[0]))).toBe(1);
});

it('names events that have no key as they were named before, and readers go on from the places they were given', async () => {
  const [name = ''] = await publish();
  const { eventId } = sought(name);
  await OutcomeEvent.update({ randomKey: null, seq: 7 }, { where: { id: eventId } });
  const [later] = await publish();
  expect((await read('0')).ids).toEqual([`evt_${eventId}`, later]);
  expect(await read('7')).toMatchObject({ status: 200, ids: [later] });
  expect(await read('8')).toMatchObject({ status: 410, code: 'cursor_unknown' });
});

it('goes by what is gone of a customer’s own, and lets a quiet one read on', async () => {
  const quiet = await site.caller({ customer: 'quiet-shop' });
  const { next } = await read(undefined, quiet);
  await publish();
  await publish();
  await age(91);
  const [mine] = await publish(await buildSoldClass('quiet-shop'));
  await cleanUp(deps());
  expect(await OutcomeEvent.count()).toBe(1);
  expect(await read(next, quiet)).toMatchObject({ status: 200, ids: [mine] });
});

it('a feed of which nothing is left begins where it ended, and gives no place twice', async () => {
  await publish();
  await publish(await buildSoldClass('another-shop'));
  await age(91);
  await cleanUp(deps());
  const begun = await read();
  expect(begun).toMatchObject({ status: 200, ids: [] });
  const [later] = await publish();
  expect(await read(begun.next)).toMatchObject({ status: 200, ids: [later] });
  const [former, latter] = (await OutcomeEvent.findAll({ order: ['id'] })).map(({ seq }) => Number(seq));
  expect(latter).toBeGreaterThan(former ?? NaN);
});
