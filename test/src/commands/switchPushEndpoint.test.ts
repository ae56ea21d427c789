import type { Model } from 'sequelize';
import { repushEvents } from '../../../src/commands/repushEvents';
import { switchOffPushEndpoint } from '../../../src/commands/switchOffPushEndpoint';
import { switchOnPushEndpoint } from '../../../src/commands/switchOnPushEndpoint';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { OutcomeEvent } from '../../../src/models/OutcomeEvent';
import { PushDelivery, type PushState } from '../../../src/models/PushDelivery';
import { PushEndpoint } from '../../../src/models/PushEndpoint';
import { countRepushable, findRepushable } from '../../../src/queries/findRepushable';
import { buildPushEndpoint, buildSoldClass, publishOutcomes } from '../../factories/pushes';
import { eventually } from '../../support/eventually';
import { startWebsite, type Website } from '../../support/website';

/** More than are taken into one commit. */
const MANY = 501;

/** Whoever waits for the row that is held tries again for so long at least. */
const PATIENCE_MS = 30_000;

let website: Website;
let classDate: ClassDate;
let endpoint: PushEndpoint;

beforeAll(async () => {
  website = await startWebsite();
  classDate = await buildSoldClass();
});

afterAll(() => website.close());

beforeEach(async () => {
  await PushEndpoint.destroy({ where: {} });
  await OutcomeEvent.destroy({ where: {} });
  ({ endpoint } = await buildPushEndpoint(website.deps, { url: 'https://shop.example/events' }));
});

/** Deliveries of so many published events. */
async function buildDeliveries(count: number, state: PushState): Promise<void> {
  const event = { classDateId: classDate.id, type: 'class.ready', data: '{}' } as const;
  await OutcomeEvent.bulkCreate(Array.from({ length: count }, (_, index) => ({ ...event, seq: index + 1 })));
  const events = await OutcomeEvent.findAll({ order: ['seq'] });
  const delivery = { endpointId: endpoint.id, state, nextAttemptAt: new Date() };
  await PushDelivery.bulkCreate(events.map(({ id, seq }) => ({ ...delivery, eventId: id, seq: Number(seq) })));
}

/** Somebody who is at that row for as long as `work` takes. */
async function holding(row: Model | null, work: () => Promise<unknown>): Promise<void> {
  const transaction = await website.deps.db.transaction();
  try {
    await row?.reload({ lock: true, transaction });
    await work();
  } finally {
    await transaction.rollback();
  }
}

const inState = (state: PushState) => PushDelivery.count({ where: { endpointId: endpoint.id, state } });

it('an endpoint is off at once, and its row is not held until all that waits for it is given up', async () => {
  await buildDeliveries(MANY, 'queued');
  const last = await PushDelivery.findOne({ where: { seq: MANY } });
  let switching: Promise<boolean> | undefined;
  await holding(last, async () => {
    switching = switchOffPushEndpoint(website.deps, endpoint.id, THE_SYSTEM);
    await eventually('it is off', async () => (await endpoint.reload()).state === 'off', PATIENCE_MS);
    await eventually('some have been given up', async () => (await inState('failed')) > 0, PATIENCE_MS);
  });
  expect(await switching).toBe(true);
  expect(await inState('failed')).toBe(MANY);
});

it('many events are pushed again some at a time, and the row of their endpoint is not held for all of them', async () => {
  await buildDeliveries(MANY, 'delivered');
  const selection = { kind: 'span', from: addMinutes(new Date(), -60), to: addMinutes(new Date(), 1) } as const;
  // The last is the one that it was never sent.
  const last = await OutcomeEvent.findOne({ where: { seq: MANY } });
  await PushDelivery.destroy({ where: { seq: MANY } });
  let pushing: Promise<number> | undefined;
  await holding(last, async () => {
    pushing = repushEvents(website.deps, { id: endpoint.id, selection }, THE_SYSTEM);
    await eventually('some wait again', async () => (await inState('queued')) > 0, PATIENCE_MS);
  });
  expect(await pushing).toBe(MANY);
  expect(await inState('queued')).toBe(MANY);
});

it('what is to be pushed again is read a page at a time, in the order of the feed', async () => {
  await buildDeliveries(MANY, 'delivered');
  const selection = { kind: 'span', from: addMinutes(new Date(), -60), to: addMinutes(new Date(), 1) } as const;
  const pages: number[][] = [];
  for await (const page of findRepushable(website.deps.db, endpoint, selection)) pages.push(page);
  expect(pages.map(({ length }) => length)).toEqual([500, 1]);
  const events = await OutcomeEvent.findAll({ order: ['seq'] });
  expect(pages.flat()).toEqual(events.map(({ id }) => Number(id)));
  expect(await countRepushable(website.deps.db, endpoint, selection)).toBe(MANY);
});

it('an endpoint that is switched on gets nothing that was queued for it while it was off', async () => {
  await switchOffPushEndpoint(website.deps, endpoint.id, THE_SYSTEM);
  // As by a publisher that had seen it on.
  await buildDeliveries(2, 'queued');
  expect(await switchOnPushEndpoint(website.deps, endpoint.id, THE_SYSTEM)).toBe(true);
  const left = await PushDelivery.findAll();
  expect(left.map(({ state, lastFailure }) => [state, lastFailure])).toEqual([
    ['failed', 'switched_off'],
    ['failed', 'switched_off'],
  ]);
  await publishOutcomes(website.deps, classDate, ['class.ready']);
  expect(await inState('queued')).toBe(1);
});
