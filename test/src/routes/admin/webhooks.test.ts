import { relayWebhooks } from '../../../../src/commands/relayWebhooks';
import { saveFirstZoomSettings } from '../../../../src/commands/saveFirstZoomSettings';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { formatInstant } from '../../../../src/presenters/classTime';
import { paths } from '../../../../src/routes/paths';
import { readZoomSettings } from '../../../../src/queries/readZoomSettings';
import { buildAudit } from '../../../factories/audits';
import { buildClassDate, buildOrder } from '../../../factories/classes';
import { buildMeeting } from '../../../factories/meetings';
import { buildWebhookEvent, newUuid, startedEvent, unreadableEvent } from '../../../factories/webhookEvents';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;
let browser: Browser;
let adminId: number;
let timeZone: string;

beforeAll(async () => {
  website = await startWebsite();
  await saveFirstZoomSettings(website.deps);
  const signedIn = await signedInBrowser(website, 'admin');
  browser = signedIn.browser;
  adminId = signedIn.user.id;
  timeZone = signedIn.user.timeZone ?? 'UTC';
});

afterAll(() => website.close());

beforeEach(async () => {
  await website.deps.db.query('DELETE FROM webhook_events');
  await website.deps.db.query('DELETE FROM zoom_audit_logs');
  // What came of them is forgotten with the events.
  await website.deps.db.query("UPDATE class_dates SET state = 'cancelled'");
});

async function buildReadyClass(title: string) {
  const classDate = await buildClassDate({ order: await buildOrder({ title }), state: 'ready' });
  return { classDate, meeting: await buildMeeting(website.deps.encryption, classDate) };
}

async function textOf(path: string): Promise<string> {
  const answer = await browser.get(path);
  expect(answer.status).toBe(200);
  return parse(answer)('main').text().replace(/\s+/g, ' ');
}

const replays = () => ZoomAuditLog.findAll({ where: { action: 'webhook_replayed' } });

describe('is it working?', () => {
  it('says so when nothing has come yet, and is in the menu', async () => {
    const page = parse(await browser.get(paths.admin));
    expect(page(`nav a[href="${paths.webhooks}"]`)).toHaveLength(1);
    const text = await textOf(paths.webhooks);
    expect(text).toContain('Nothing has come from Zoom since the secret was saved.');
    expect(text).toContain('Nothing is parked.');
    expect(text).not.toContain('Send a test event');
  });

  it('shows what came for which class, what failed and why, and nothing of people', async () => {
    const { classDate, meeting } = await buildReadyClass('Maths 7B');
    await buildWebhookEvent(startedEvent(meeting.meetingId));
    await buildWebhookEvent(unreadableEvent(meeting.meetingId));
    await buildWebhookEvent(startedEvent('444'), { event: 'meeting.of_somebody_else' });
    await relayWebhooks(website.deps);
    await buildAudit('webhook_url_validated');
    for (const minutes of [10, 90]) {
      const createdAt = new Date(Date.now() - minutes * 60_000);
      await buildAudit('webhook_signature_failed', { createdAt });
    }
    const answer = await browser.get(paths.webhooks);
    const page = parse(answer);
    const rows = page('#latest li')
      .toArray()
      .map((row) => [page(row).find('.grow').text(), page(row).find('.tag').text()]);
    expect(rows).toEqual([
      ['meeting.participant_joined', 'parked'],
      ['meeting.started', 'read'],
    ]);
    expect(page('#latest a').first().attr('href')).toBe(paths.classDate(classDate.id));
    const text = page('main').text().replace(/\s+/g, ' ');
    for (const words of [
      'Parked: 1',
      'Zoom sent it without, or with an odd, payload.object.participant.user_id.',
      '1 in the last hour, 2 in the last day',
      '1 of teachers’ other meetings',
      'Zoom reaches us, and its signature is right.',
    ])
      expect(text).toContain(words);
    expect(answer.text).not.toContain('Secret Name');
    expect(answer.text).not.toContain('somebody_else');
  });

  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
  const verdict = async () => {
    const page = parse(await browser.get(paths.webhooks));
    const row = page('h2:contains("Is it working?") + ul > li');
    return { word: row.find('.tag').text(), why: row.find('.why').text(), at: row.find('.why .soft').text() };
  };

  it('says since when that is known', async () => {
    const at = minutesAgo(3);
    await buildWebhookEvent(startedEvent('444'), { createdAt: at });
    expect(await verdict()).toMatchObject({ word: 'passed', at: formatInstant(at, timeZone) });
  });

  it('does not, once a class has run of which nothing came, until something comes again', async () => {
    await buildWebhookEvent(startedEvent('444'), { createdAt: minutesAgo(60) });
    const { classDate, meeting } = await buildReadyClass('Unheard');
    const liveAt = minutesAgo(20);
    await classDate.update({ state: 'live', startsAt: minutesAgo(25), liveAt });
    const failed = { word: 'failed', at: formatInstant(liveAt, timeZone) };
    expect(await verdict()).toMatchObject({ ...failed, why: expect.stringContaining('event subscription') as string });
    // What Zoom told of the room before says nothing of the run.
    const updated = { event: 'meeting.updated', object: { id: meeting.meetingId } };
    await buildWebhookEvent(updated, { createdAt: minutesAgo(50) });
    expect((await verdict()).word).toBe('failed');
    // An address may be right, and get no events.
    await buildAudit('webhook_url_validated', { createdAt: minutesAgo(2) });
    expect((await verdict()).word).toBe('failed');
    // Of this class it was heard that it ran; what came later than its start is enough, too.
    const heard = await buildWebhookEvent(startedEvent(meeting.meetingId), { createdAt: minutesAgo(21) });
    expect((await verdict()).word).toBe('passed');
    await heard.destroy();
    await buildWebhookEvent(startedEvent('444'), { createdAt: minutesAgo(5) });
    expect((await verdict()).word).toBe('passed');
  });

  it('does not, where no event has ever come since the secret was in the environment, and says nothing of classes of long ago', async () => {
    await buildAudit('webhook_url_validated', { createdAt: minutesAgo(2) });
    const { classDate } = await buildReadyClass('Unheard');
    const longAgo = 40 * 24 * 60;
    await classDate.update({ state: 'settled', startsAt: minutesAgo(longAgo), liveAt: minutesAgo(longAgo) });
    const { row } = await readZoomSettings(website.deps);
    await row?.update({ webhookSecretSavedAt: minutesAgo(2 * longAgo) });
    expect((await verdict()).word).toBe('passed');
    await row?.update({ webhookSecretSavedAt: null });
    await website.deps.db.query('UPDATE zoom_settings SET created_at = TIMESTAMPADD(DAY, -50, created_at)');
    await classDate.update({ state: 'live', startsAt: minutesAgo(20), liveAt: minutesAgo(20) });
    expect((await verdict()).word).toBe('failed');
  });

  it('does not, when nothing came for longer than Zoom leaves the address unvalidated', async () => {
    const days = (count: number) => minutesAgo(count * 24 * 60);
    await buildWebhookEvent(startedEvent('444'), { createdAt: days(5) });
    const silent = { word: 'failed', at: formatInstant(days(5), timeZone) };
    expect(await verdict()).toMatchObject({ ...silent, why: expect.stringContaining('four days') as string });
    await buildAudit('webhook_url_validated', { createdAt: days(3) });
    expect((await verdict()).word).toBe('passed');
  });
});

describe('reading stored events again', () => {
  it('asks first, then does it for one class date, and says who did', async () => {
    const { classDate, meeting } = await buildReadyClass('Physics');
    const uuid = newUuid();
    const row = await buildWebhookEvent(startedEvent(meeting.meetingId, uuid), { state: 'processed' });
    const ask = `${paths.webhookReplay}?classDateId=${classDate.id}`;
    expect(await textOf(ask)).toContain(`All of class date ${classDate.id}: 1 stored event.`);
    expect((await row.reload()).state).toBe('processed');

    const answer = await browser.submit(paths.webhookReplay, { classDateId: String(classDate.id) });
    expect([answer.status, answer.headers['location']]).toEqual([303, paths.webhooks]);
    expect(await textOf(paths.webhooks)).toContain('One event is read again now.');
    expect((await row.reload()).state).toBe('received');
    expect(await replays()).toEqual([
      expect.objectContaining({ userId: adminId, entityType: 'class_date', entityId: classDate.id }),
    ]);
    expect(await textOf(paths.auditLogs)).toContain('Stored events of Zoom read again');
  });

  it('does it for one that is parked', async () => {
    const { meeting } = await buildReadyClass('Chemistry');
    const row = await buildWebhookEvent(startedEvent(meeting.meetingId), { state: 'failed', lastError: 'A fault.' });
    const page = parse(await browser.get(paths.webhooks));
    const ask = page('#parked').nextAll('ul').first().find('a.button').attr('href') ?? '';
    expect(await textOf(ask)).toContain('meeting.started, which came');
    await browser.submit(paths.webhookReplay, { event: String(row.id) });
    expect((await row.reload()).state).toBe('received');
    expect(await replays()).toEqual([expect.objectContaining({ entityType: 'webhook_event', entityId: row.id })]);
    expect((await browser.get(ask)).status).toBe(404);
  });

  it('does it for a span of time, on the clocks of whoever asks', async () => {
    const { user, browser: berlin } = await signedInBrowser(website, 'admin');
    await user.update({ timeZone: 'Europe/Berlin' });
    const at = (instant: string) => ({ state: 'processed' as const, createdAt: new Date(instant) });
    const inside = await buildWebhookEvent(startedEvent('555'), at('2026-11-20T09:30:00Z'));
    const outside = await buildWebhookEvent(startedEvent('555'), at('2026-11-20T10:30:00Z'));
    const span = { from: '2026-11-20T10:00', to: '2026-11-20T11:00' };
    const ask = parse(await berlin.get(`${paths.webhookReplay}?${new URLSearchParams(span).toString()}`));
    expect(ask('main').text()).toContain('1 stored event.');
    expect(ask('main').text()).toContain('10:00 AM (Europe/Berlin)');
    await berlin.submit(paths.webhookReplay, span);
    expect([(await inside.reload()).state, (await outside.reload()).state]).toEqual(['received', 'processed']);
  });

  it.each([
    [{}, 'Enter the time from which on they came.'],
    [{ from: '2026-11-20T10:00', to: '2026-11-20T09:00' }, 'Choose a time after the first one.'],
    [{ from: 'yesterday', to: '2026-11-20T09:00' }, 'Enter the time from which on they came.'],
    [{ classDateId: '1 OR 1' }, 'Enter a number such as 12.'],
  ])('says what is wrong with %j, and does nothing', async (fields: Record<string, string>, message) => {
    const asked = await browser.get(`${paths.webhookReplay}?${new URLSearchParams(fields).toString()}`);
    const sent = await browser.submit(paths.webhookReplay, fields);
    expect([asked.status, sent.status]).toEqual([422, 422]);
    for (const answer of [asked, sent]) expect(parse(answer)('.field .error').text()).toContain(message);
    expect(await replays()).toEqual([]);
  });

  it('knows no class date that is not there', async () => {
    expect((await browser.get(`${paths.webhookReplay}?classDateId=999999`)).status).toBe(404);
  });
});
