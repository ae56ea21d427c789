import { deleteOldRows } from '../../../src/commands/deleteOldRows';
import { WebhookEvent } from '../../../src/models/WebhookEvent';
import { WorkflowOutbox } from '../../../src/models/WorkflowOutbox';
import { addToOutbox } from '../../../src/temporal/outbox';
import { buildClassDate } from '../../factories/classes';
import { buildWebhookEvent, startedEvent } from '../../factories/webhookEvents';
import { startWebsite, type Website } from '../../support/website';

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

const days = (count: number) => new Date(Date.now() - count * 24 * 60 * 60_000);

it('deletes what was delivered a week ago, and nothing that still waits, however old', async () => {
  const classDate = await buildClassDate();
  const add = async (deliveredAt: Date | null) => {
    const id = await addToOutbox({ classDateId: classDate.id }, 'booked', null);
    await website.deps.db.query('UPDATE workflow_outbox SET delivered_at = ?, created_at = ? WHERE id = ?', {
      replacements: [deliveredAt, days(30), id],
    });
    return id;
  };
  await add(days(7.1));
  const kept = [await add(days(6.9)), await add(null)];
  expect(await deleteOldRows(website.deps)).toBe(1);
  expect((await WorkflowOutbox.findAll({ order: ['id'] })).map(({ id }) => id)).toEqual(kept);
});

it('deletes events that were read 90 days ago, and no younger ones and none that wait', async () => {
  const add = async (state: WebhookEvent['state'], age: number) =>
    (await buildWebhookEvent(startedEvent('111'), { state, createdAt: days(age) })).id;
  await add('processed', 91);
  await add('failed', 91);
  const kept = [await add('processed', 89), await add('failed', 89), await add('received', 91)];
  expect(await deleteOldRows(website.deps)).toBe(2);
  expect((await WebhookEvent.findAll({ order: ['id'] })).map(({ id }) => id)).toEqual(kept);
});
