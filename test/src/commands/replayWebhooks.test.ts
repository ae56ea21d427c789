import { Op, QueryTypes } from 'sequelize';
import { relayWebhooks } from '../../../src/commands/relayWebhooks';
import { replayWebhooks, replayWebhooksNow } from '../../../src/commands/replayWebhooks';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import { WebhookEvent } from '../../../src/models/WebhookEvent';
import { countReplayable } from '../../../src/queries/findReplayable';
import { buildClassDate } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { buildWebhookEvent, joinedEvent, newUuid, startedEvent, unreadableEvent } from '../../factories/webhookEvents';
import { receiveEvent } from '../../support/receiveEvent';
import { startWebsite, type Website } from '../../support/website';

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

beforeEach(async () => {
  await website.deps.db.query('DELETE FROM webhook_events');
  await website.deps.db.query('DELETE FROM zoom_audit_logs');
  website.temporal.hints.splice(0);
});

async function buildReadyClass() {
  const classDate = await buildClassDate({ state: 'ready', startsAt: addMinutes(new Date(), -5) });
  return { classDate, meeting: await buildMeeting(website.deps.encryption, classDate) };
}

/** Everything that events lead to. */
async function whatFollowed() {
  const tables = ['class_dates', 'zoom_meetings', 'zoom_meeting_instances', 'zoom_participants', 'zoom_audit_logs'];
  const where = "WHERE action <> 'webhook_replayed'";
  return Promise.all(
    tables.map((table) =>
      website.deps.db.query(`SELECT * FROM ${table} ${table === 'zoom_audit_logs' ? where : ''} ORDER BY id`, {
        type: QueryTypes.SELECT,
      }),
    ),
  );
}

it('reads the events of one class date again, and the end is the same', async () => {
  const { classDate, meeting } = await buildReadyClass();
  const other = await buildReadyClass();
  const uuid = newUuid();
  for (const event of [
    startedEvent(meeting.meetingId, uuid),
    joinedEvent(meeting.meetingId, uuid, '1'),
    joinedEvent(meeting.meetingId, uuid, '2'),
    startedEvent(other.meeting.meetingId),
  ])
    await buildWebhookEvent(event);
  await relayWebhooks(website.deps);
  const before = await whatFollowed();
  const hints = [...website.temporal.hints];

  const selection = { kind: 'class', classDateId: classDate.id } as const;
  expect(await countReplayable(selection)).toBe(3);
  for (let time = 0; time < 3; time += 1) {
    expect(await replayWebhooksNow(website.deps, selection, THE_SYSTEM)).toEqual({
      ...{ events: 3, processed: 3, unmatched: 0, failed: 0, waiting: 0 },
    });
  }
  expect(await whatFollowed()).toEqual(before);
  expect(website.temporal.hints).toEqual(hints);
  expect((await website.audited()).filter((action) => action === 'webhook_replayed')).toHaveLength(3);
});

it('brings back what a fault of ours left out', async () => {
  const { classDate, meeting } = await buildReadyClass();
  const row = await buildWebhookEvent(startedEvent(meeting.meetingId), { state: 'failed', lastError: 'A fault.' });
  await replayWebhooks(website.deps, { kind: 'class', classDateId: classDate.id }, THE_SYSTEM);
  expect(await row.reload()).toMatchObject({ state: 'received', attempts: 0, lastError: null });
  await relayWebhooks(website.deps);
  expect((await row.reload()).state).toBe('processed');
  expect((await classDate.reload()).state).toBe('live');
});

it('reads what came within a span of time again, its start included and its end not', async () => {
  const { meeting } = await buildReadyClass();
  const came = (instant: string) => ({ state: 'processed' as const, createdAt: new Date(instant) });
  await buildWebhookEvent(startedEvent(meeting.meetingId), came('2026-11-20T09:59:59.999Z'));
  const first = await buildWebhookEvent(startedEvent(meeting.meetingId), came('2026-11-20T10:00:00Z'));
  const second = await buildWebhookEvent(startedEvent('333'), came('2026-11-20T10:30:00Z'));
  await buildWebhookEvent(startedEvent(meeting.meetingId), came('2026-11-20T11:00:00Z'));
  const span = { kind: 'span', from: new Date('2026-11-20T10:00:00Z'), to: new Date('2026-11-20T11:00:00Z') } as const;
  expect(await replayWebhooks(website.deps, span, THE_SYSTEM)).toEqual([first.id, second.id]);
});

it('reads one parked event again, and no other one by its number', async () => {
  const { meeting } = await buildReadyClass();
  const parked = await buildWebhookEvent(unreadableEvent(meeting.meetingId), {
    state: 'failed',
    lastError: 'A fault.',
  });
  const done = await buildWebhookEvent(startedEvent(meeting.meetingId), { state: 'processed' });
  const outcome = await replayWebhooksNow(website.deps, { kind: 'event', id: parked.id }, THE_SYSTEM);
  expect(outcome).toMatchObject({ events: 1, failed: 1 });
  expect((await parked.reload()).lastError).toContain('participant.user_id');
  expect(await replayWebhooks(website.deps, { kind: 'event', id: done.id }, THE_SYSTEM)).toEqual([]);
});

it('leaves alone what another process is at work on, and what has been deleted with good reason', async () => {
  const { classDate, meeting } = await buildReadyClass();
  const lease = { leaseHolder: 'another', leaseUntil: addMinutes(new Date(), 1) };
  await buildWebhookEvent(startedEvent(meeting.meetingId), lease);
  await receiveEvent(website.deps, JSON.stringify({ event: 'app_deauthorized', payload: { user_id: 'gone' } }));
  const all = { kind: 'span', from: new Date(0), to: addMinutes(new Date(), 5) } as const;
  expect(await replayWebhooks(website.deps, { kind: 'class', classDateId: classDate.id }, THE_SYSTEM)).toEqual([]);
  await relayWebhooks(website.deps);
  expect(await WebhookEvent.count({ where: { event: 'app_deauthorized', state: 'unmatched' } })).toBe(1);
  expect(await replayWebhooks(website.deps, all, THE_SYSTEM)).toEqual([]);
});

it('reads what has just been told before what is read again, however much that is', async () => {
  const { meeting } = await buildReadyClass();
  const state = 'processed' as const;
  for (let event = 0; event < 60; event += 1)
    await buildWebhookEvent(joinedEvent(meeting.meetingId, newUuid(), String(event)), { state });
  const all = { kind: 'span', from: new Date(0), to: addMinutes(new Date(), 5) } as const;
  expect(await replayWebhooks(website.deps, all, THE_SYSTEM)).toHaveLength(60);
  const told = await buildWebhookEvent(startedEvent(meeting.meetingId), { attempts: 1 });
  await relayWebhooks(website.deps);
  const { processedAt } = await told.reload();
  const before = await WebhookEvent.count({ where: { processedAt: { [Op.lt]: processedAt ?? new Date(0) } } });
  expect(processedAt).not.toBeNull();
  // Five are under way at once.
  expect(before).toBeLessThan(5);
});

it('takes a long span in batches, each of which is noted, and leaves nothing out', async () => {
  const rows = Array.from({ length: 2_300 }, (_, index) => ({
    eventKey: index.toString(16).padStart(64, '0'),
    ...{ event: 'meeting.other', eventAt: new Date(), body: '{}', state: 'unmatched' as const },
  }));
  await WebhookEvent.bulkCreate(rows);
  const all = { kind: 'span', from: new Date(0), to: addMinutes(new Date(), 5) } as const;
  const ids = await replayWebhooks(website.deps, all, THE_SYSTEM);
  expect(new Set(ids).size).toBe(2_300);
  expect(await WebhookEvent.count({ where: { state: 'received' } })).toBe(2_300);
  expect((await website.audited()).filter((action) => action === 'webhook_replayed')).toHaveLength(3);
});
