import { Op, QueryTypes } from 'sequelize';
import { relayWebhooks } from '../../../src/commands/relayWebhooks';
import { tidyInbox } from '../../../src/commands/tidyInbox';
import { ClassDate } from '../../../src/models/ClassDate';
import { WebhookEvent } from '../../../src/models/WebhookEvent';
import { startRelay } from '../../../src/relay';
import { buildClassDate } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { buildWebhookEvent, joinedEvent, newUuid, startedEvent } from '../../factories/webhookEvents';
import { eventually } from '../../support/eventually';
import { waitsForALock } from '../../support/lockWaits';
import { startWebsite, type Website } from '../../support/website';

/** What stored events that are read again, months of them perhaps, leave to what has just been told. */
let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

beforeEach(() => WebhookEvent.destroy({ where: {} }));

async function buildReadyClass() {
  const classDate = await buildClassDate({ state: 'ready' });
  return { classDate, meeting: await buildMeeting(website.deps.encryption, classDate) };
}

/** So many events of a meeting that are to be read again. */
async function buildReplay(meetingId: string | null, count: number): Promise<void> {
  const uuid = newUuid();
  for (let person = 0; person < count; person += 1) {
    await buildWebhookEvent(joinedEvent(meetingId, uuid, String(person)), { replayed: true, processedAt: new Date() });
  }
}

it('an event that turns out to be of a meeting of ours is read in the midst of a replay, before the rest of it', async () => {
  const { db } = website.deps;
  const old = await buildReadyClass();
  const { classDate, meeting } = await buildReadyClass();
  await buildReplay(old.meeting.meetingId, 150);
  const { meetingId } = meeting;
  await meeting.update({ meetingId: null, state: 'unknown' });
  // One that has been read again already, and could not be placed.
  const early = await buildWebhookEvent(startedEvent(meetingId), { state: 'unmatched', replayed: true });

  // The replay cannot go on while somebody else has its class.
  const held = await db.transaction();
  await ClassDate.findByPk(old.classDate.id, { transaction: held, lock: true });
  const relay = startRelay(website.deps, 10);
  await waitsForALock(db);
  // Zoom's answer to our create.
  await meeting.update({ meetingId, state: 'created' });
  await eventually('it is taken up', async () => (await early.reload()).state === 'received');
  await held.commit();
  await eventually('all is read', async () => (await WebhookEvent.count({ where: { state: 'received' } })) === 0);
  await relay.stop();

  expect((await classDate.reload()).state).toBe('live');
  const { processedAt } = await early.reload();
  const later = { replayed: true, state: 'processed', processedAt: { [Op.gt]: processedAt } } as const;
  expect(await WebhookEvent.count({ where: later })).toBeGreaterThan(50);
});

it('asks for what waits in ways that read a few rows, however many are read again', async () => {
  const { meeting } = await buildReadyClass();
  await buildReplay(meeting.meetingId, 300);
  const asked = await statementsOf(async () => {
    await tidyInbox(website.deps);
    await relayWebhooks(website.deps, AbortSignal.abort());
  });
  await website.deps.db.query('ANALYZE TABLE webhook_events');
  const ofWaiting = asked.filter((sql) => sql.includes(`state = 'received' AND`));
  expect(ofWaiting).toHaveLength(2);
  for (const sql of ofWaiting) {
    const [plan] = await website.deps.db.query<{ key: string; Extra: string }>(`EXPLAIN FORMAT=TRADITIONAL ${sql}`, {
      type: QueryTypes.SELECT,
    });
    expect(plan?.key).toBe('webhook_events_waiting');
    expect(plan?.Extra).not.toContain('filesort');
  }
});

/** As they are sent, so that it is those that are explained. */
async function statementsOf(work: () => Promise<void>): Promise<string[]> {
  const statements: string[] = [];
  const { options } = website.deps.db as unknown as { options: { logging: unknown } };
  options.logging = (sql: string) => statements.push(sql.replace(/^Executing \(.*?\): /, ''));
  await work();
  options.logging = false;
  return statements;
}
