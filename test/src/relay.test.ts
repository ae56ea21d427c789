import { tidyInbox } from '../../src/commands/tidyInbox';
import { relayWebhooks } from '../../src/commands/relayWebhooks';
import { addMinutes } from '../../src/domain/clock';
import { WebhookEvent } from '../../src/models/WebhookEvent';
import { WorkflowOutbox } from '../../src/models/WorkflowOutbox';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { ZoomMeetingInstance } from '../../src/models/ZoomMeetingInstance';
import { ZoomParticipant } from '../../src/models/ZoomParticipant';
import { addToOutbox } from '../../src/temporal/outbox';
import { startRelay } from '../../src/relay';
import { buildClassDate } from '../factories/classes';
import { buildMeeting } from '../factories/meetings';
import { buildWebhookEvent, joinedEvent, newUuid, startedEvent, unreadableEvent } from '../factories/webhookEvents';
import { eventually } from '../support/eventually';
import { startWebsite, type Website } from '../support/website';

const EVERY_MS = 10;

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

beforeEach(async () => {
  await website.deps.db.query('DELETE FROM webhook_events');
  await website.deps.db.query('DELETE FROM workflow_outbox');
  await website.deps.db.query('DELETE FROM zoom_audit_logs');
  website.temporal.hints.splice(0);
});

async function buildReadyClass() {
  const classDate = await buildClassDate({ state: 'ready', startsAt: addMinutes(new Date(), -5) });
  return { classDate, meeting: await buildMeeting(website.deps.encryption, classDate) };
}

const inState = (state: WebhookEvent['state']) => WebhookEvent.count({ where: { state } });
const seconds = (count: number) => new Date(Date.now() + count * 1_000);
const passOnce = async () => {
  await tidyInbox(website.deps);
  await relayWebhooks(website.deps);
};

it('takes up what a dead web process has left, also where it died at its work', async () => {
  const { classDate, meeting } = await buildReadyClass();
  await buildWebhookEvent(startedEvent(meeting.meetingId));
  const gone = { leaseHolder: 'of a process that is gone', leaseUntil: seconds(-1), attempts: 1 };
  await buildWebhookEvent(joinedEvent(meeting.meetingId, newUuid(), '7'), gone);
  const relay = startRelay(website.deps, EVERY_MS);
  try {
    await eventually('both are interpreted', async () => (await inState('processed')) === 2);
    await eventually('the workflow was told', () =>
      website.temporal.hints.includes(`${classDate.id}: meeting started`),
    );
  } finally {
    await relay.stop();
  }
  expect((await classDate.reload()).state).toBe('live');
  expect(await ZoomParticipant.count({ where: { zoomSessionUserId: '7' } })).toBe(1);
});

it('leaves alone what another process is at work on', async () => {
  const { meeting } = await buildReadyClass();
  const atWork = { leaseHolder: 'of a living process', leaseUntil: seconds(20), attempts: 1 };
  const row = await buildWebhookEvent(startedEvent(meeting.meetingId), atWork);
  await passOnce();
  expect(await row.reload()).toMatchObject({ state: 'received', ...atWork });
});

it('counts nothing twice when several are at it', async () => {
  const { meeting } = await buildReadyClass();
  const uuid = newUuid();
  await buildWebhookEvent(startedEvent(meeting.meetingId, uuid));
  for (let person = 1; person <= 40; person += 1)
    await buildWebhookEvent(joinedEvent(meeting.meetingId, uuid, String(person)));
  const relays = [1, 2, 3].map(() => startRelay(website.deps, EVERY_MS));
  await eventually('all are interpreted', async () => (await inState('processed')) === 41);
  await Promise.all(relays.map((relay) => relay.stop()));

  const instance = await ZoomMeetingInstance.findOne({ where: { uuid }, rejectOnEmpty: true });
  expect(await ZoomParticipant.count({ where: { instanceId: instance.id } })).toBe(40);
  expect(await ZoomAuditLog.count({ where: { action: 'webhook_received' } })).toBe(41);
  expect(await ZoomAuditLog.count({ where: { action: 'meeting_started' } })).toBe(1);
  expect(await WebhookEvent.count({ where: { attempts: 1 } })).toBe(41);
  expect(website.temporal.hints).toHaveLength(1);
});

it('parks what cannot be understood, says why without its content, and goes on with the rest', async () => {
  const { meeting } = await buildReadyClass();
  const bad = await buildWebhookEvent(unreadableEvent(meeting.meetingId));
  const good = await buildWebhookEvent(startedEvent(meeting.meetingId));
  await passOnce();
  expect(await bad.reload()).toMatchObject({
    state: 'failed',
    lastError: 'Zoom sent it without, or with an odd, payload.object.participant.user_id.',
  });
  expect((await good.reload()).state).toBe('processed');
});

it('parks what ends its process every time, after eight tries', async () => {
  const { meeting } = await buildReadyClass();
  const killed = { leaseHolder: 'gone', leaseUntil: seconds(-1), attempts: 8 };
  const row = await buildWebhookEvent(startedEvent(meeting.meetingId), killed);
  await passOnce();
  expect(await row.reload()).toMatchObject({ state: 'failed', attempts: 8 });
  expect(row.lastError).toContain('Our process was gone 8 times');
});

it('is not held up by a hundred rows that fail, and stops when told', async () => {
  const { meeting } = await buildReadyClass();
  for (let row = 0; row < 100; row += 1) await buildWebhookEvent(startedEvent(meeting.meetingId));
  await website.deps.db.query('RENAME TABLE zoom_meeting_instances TO hidden_instances');
  const relays = [1, 2].map(() => startRelay(website.deps, EVERY_MS));
  await eventually('all have failed once', async () => (await WebhookEvent.count({ where: { attempts: 0 } })) === 0);
  await website.deps.db.query('RENAME TABLE hidden_instances TO zoom_meeting_instances');
  const late = await buildWebhookEvent(startedEvent(meeting.meetingId));
  await eventually('a later one is interpreted', async () => (await late.reload()).state === 'processed');
  await Promise.all(relays.map((relay) => relay.stop()));
  const { attempts, state } = await WebhookEvent.findOne({ where: { state: 'received' }, rejectOnEmpty: true });
  expect([attempts > 0, state]).toEqual([true, 'received']);
  await buildWebhookEvent(startedEvent(meeting.meetingId));
  expect(await WebhookEvent.count({ where: { attempts: 0 } })).toBe(1);
});

it('goes on after the database failed it', async () => {
  const { meeting } = await buildReadyClass();
  const relay = startRelay(website.deps, EVERY_MS);
  await website.deps.db.query('RENAME TABLE webhook_events TO hidden_events');
  await eventually('it says so', () => website.logged.some((line) => line.includes('inbox could not be worked')));
  await website.deps.db.query('RENAME TABLE hidden_events TO webhook_events');
  await buildWebhookEvent(startedEvent(meeting.meetingId));
  await eventually('it goes on', async () => (await inState('processed')) === 1);
  await relay.stop();
});

describe('events of meetings we do not know', () => {
  it('are kept for 24 hours, then deleted; ours are kept', async () => {
    const { meeting } = await buildReadyClass();
    const age = (hours: number) => ({ createdAt: new Date(Date.now() - hours * 60 * 60_000) });
    await buildWebhookEvent(startedEvent('111'), { state: 'unmatched', ...age(24.1) });
    const young = await buildWebhookEvent(startedEvent('111'), { state: 'unmatched', ...age(23.9) });
    const ours = await buildWebhookEvent(startedEvent(meeting.meetingId), { state: 'processed', ...age(1000) });
    await tidyInbox(website.deps);
    expect((await WebhookEvent.findAll({ order: ['id'] })).map(({ id }) => id)).toEqual([young.id, ours.id]);
  });

  it('are taken up when the meeting becomes known: the answer to our create was late', async () => {
    const { classDate, meeting } = await buildReadyClass();
    const { meetingId } = meeting;
    await meeting.update({ meetingId: null, state: 'unknown' });
    const early = await buildWebhookEvent(startedEvent(meetingId));
    const other = await buildWebhookEvent(startedEvent('222'));
    await passOnce();
    expect([(await early.reload()).state, (await other.reload()).state]).toEqual(['unmatched', 'unmatched']);

    await meeting.update({ meetingId, state: 'created' });
    await passOnce();
    expect([(await early.reload()).state, (await other.reload()).state]).toEqual(['processed', 'unmatched']);
    expect((await classDate.reload()).state).toBe('live');
    expect(await ZoomAuditLog.count({ where: { action: 'webhook_received' } })).toBe(1);
  });
});

it('tells the workflow what a process did not live to tell it', async () => {
  const classDate = await buildClassDate();
  const left = await addToOutbox({ classDateId: classDate.id }, 'meeting ended', null);
  await addToOutbox({ classDateId: classDate.id }, 'meeting started', null);
  await website.deps.db.query('UPDATE workflow_outbox SET lease_until = ? WHERE id = ?', {
    replacements: [seconds(-1), left],
  });
  const relay = startRelay(website.deps, EVERY_MS);
  const row = await eventually('it is taken up', () => WorkflowOutbox.findOne({ where: { id: left, attempts: 1 } }));
  // With what it is at: the row was leased when it was seen.
  await relay.stop();
  expect((await row.reload()).deliveredAt).not.toBeNull();
  expect(website.temporal.hints).toEqual([`${classDate.id}: meeting ended`]);
});
