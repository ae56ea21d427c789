import request from 'supertest';
import { QueryTypes } from 'sequelize';
import { addMinutes } from '../../../../src/domain/clock';
import { WebhookEvent } from '../../../../src/models/WebhookEvent';
import type { Health } from '../../../../src/queries/readHealth';
import { paths } from '../../../../src/routes/paths';
import { startWorkerBeat } from '../../../../src/workerBeat';
import { buildClassDate } from '../../../factories/classes';
import { buildMeeting } from '../../../factories/meetings';
import { buildWebhookEvent, unreadableEvent } from '../../../factories/webhookEvents';
import { eventually } from '../../../support/eventually';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

/** As those who watch ask; the answer of a moment ago is forgotten. */
async function ask(path: string): Promise<{ readonly status: number; readonly body: unknown }> {
  await website.restart();
  return request(website.server).get(path);
}

async function health(): Promise<Health & { readonly httpStatus: number }> {
  const { status, body } = await ask(paths.healthClasses);
  return { ...(body as Health), httpStatus: status };
}

/** A worker of that many seconds ago. */
async function beaten(secondsAgo: number): Promise<void> {
  const { db } = website.deps;
  await db.query('DELETE FROM worker_beats', { type: QueryTypes.BULKDELETE });
  await db.query(
    `INSERT INTO worker_beats (holder, beaten_at, created_at)
     VALUES ('w', TIMESTAMPADD(SECOND, :seconds, UTC_TIMESTAMP(3)), UTC_TIMESTAMP(3))`,
    { replacements: { seconds: -secondsAgo } },
  );
}

/** Bypasses the models, which would note that the rows were changed now. */
async function unchangedForLong(): Promise<void> {
  for (const table of ['class_dates', 'zoom_meetings']) {
    await website.deps.db.query(`UPDATE ${table} SET updated_at = TIMESTAMPADD(MINUTE, -3, UTC_TIMESTAMP(3))`);
  }
}

describe('/healthz and /readyz', () => {
  it('are well when everything answers', async () => {
    expect((await ask(paths.healthz)).body).toEqual({ status: 'ok' });
    const { status, body } = await ask(paths.readyz);
    expect([status, body]).toEqual([200, { status: 'ok', database: 'ok', temporal: 'ok' }]);
  });

  it('says that Temporal does not answer; the process is well all the same', async () => {
    const check = jest.spyOn(website.temporal, 'check').mockRejectedValue(new Error('gone'));
    const { status, body } = await ask(paths.readyz);
    expect([status, body]).toEqual([503, { status: 'unavailable', database: 'ok', temporal: 'does not answer' }]);
    expect((await ask(paths.healthz)).status).toBe(200);
    check.mockRestore();
  });

  it('says that the database does not answer', async () => {
    const query = jest.spyOn(website.deps.db, 'query').mockRejectedValue(new Error('gone'));
    const get = (path: string): Promise<{ status: number; body: unknown }> => request(website.server).get(path);
    const { status, body } = await get(paths.readyz);
    expect([status, body]).toEqual([503, { status: 'unavailable', database: 'does not answer', temporal: 'ok' }]);
    const classes = await get(paths.healthClasses);
    expect([classes.status, (classes.body as Health).reasons]).toEqual([503, ['The database does not answer.']]);
    expect((await get(paths.healthz)).status).toBe(200);
    query.mockRestore();
  });
});

describe('/health/classes', () => {
  it('fails while no worker has beaten for a minute', async () => {
    expect(await health()).toMatchObject({ httpStatus: 503, status: 'failing', counts: { workers: 0 } });
    await beaten(75);
    expect((await health()).reasons).toEqual(['No worker has said for 60 seconds that it is at work.']);
    await beaten(20);
    expect(await health()).toMatchObject({ httpStatus: 200, status: 'ok', reasons: [], counts: { workers: 1 } });
  });

  it('hears a worker that beats, and that it has gone', async () => {
    await website.deps.db.query('DELETE FROM worker_beats', { type: QueryTypes.BULKDELETE });
    let isAtWork = false;
    const beat = startWorkerBeat(website.deps, () => isAtWork, 20);
    expect((await health()).counts.workers).toBe(0);
    isAtWork = true;
    await eventually('the worker is heard', async () => (await health()).counts.workers === 1);
    await beat.stop();
    expect((await health()).counts.workers).toBe(0);
  });

  it('fails when a class is two minutes overdue, and says with what', async () => {
    await beaten(0);
    const roomless = await buildClassDate({ startsAt: addMinutes(new Date(), 27) });
    expect((await health()).status).toBe('ok');
    await unchangedForLong();
    expect(await health()).toMatchObject({
      httpStatus: 503,
      status: 'failing',
      reasons: ['1 of the classes: the room should be there by now.'],
      counts: { overdue: { room: 1, start: 0, closing: 0, settling: 0 } },
    });
    await roomless.update({ state: 'ready' });
    await buildMeeting(website.deps.encryption, roomless);
    await unchangedForLong();
    expect((await health()).status).toBe('ok');
    await roomless.update({ state: 'settled' });
  });

  it.each([
    ['closing', { startsAt: addMinutes(new Date(), -80), state: 'ended' }],
    ['settling', { startsAt: addMinutes(new Date(), -160), state: 'ended', closedAt: addMinutes(new Date(), -80) }],
    ['start', { startsAt: addMinutes(new Date(), -10), state: 'ready' }],
  ] as const)('counts what is overdue with %s', async (what, fields) => {
    const classDate = await buildClassDate(fields);
    await buildMeeting(website.deps.encryption, classDate);
    await unchangedForLong();
    expect((await health()).counts.overdue).toMatchObject({ [what]: 1 });
    await classDate.update({ nextAttemptAt: addMinutes(new Date(), 5) });
    await unchangedForLong();
    expect((await health()).status).toBe('ok');
    await classDate.update({ state: 'cancelled' });
  });

  it('says which zone rules it goes by', async () => {
    expect((await health()).zoneRules).toBe(process.versions.tz);
  });

  it('warns of what failed, and is well all the same', async () => {
    await buildWebhookEvent(unreadableEvent('90000000001'), { state: 'failed', lastError: 'A fault.' });
    expect(await health()).toMatchObject({
      httpStatus: 200,
      status: 'warning',
      warnings: ['Events of Zoom that could not be understood: 1'],
    });
    await WebhookEvent.destroy({ where: {} });
  });

  it('asks the database once for everybody who asks within a moment', async () => {
    await website.restart();
    const query = jest.spyOn(website.deps.db, 'query');
    await request(website.server).get(paths.healthClasses);
    const asked = query.mock.calls.length;
    expect(asked).toBeGreaterThan(3);
    for (let time = 0; time < 5; time += 1) await request(website.server).get(paths.healthClasses);
    expect(query.mock.calls.length).toBe(asked);
    query.mockRestore();
  });
});
