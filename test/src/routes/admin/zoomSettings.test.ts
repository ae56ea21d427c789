import { startZoomSimulator, type ZoomSimulator } from '../../../../src/dev/zoom/server';
import { saveFirstZoomSettings } from '../../../../src/commands/saveFirstZoomSettings';
import type { User } from '../../../../src/models/User';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { ZoomConnection } from '../../../../src/models/ZoomConnection';
import { ZoomSetting } from '../../../../src/models/ZoomSetting';
import { findWebhookSecrets, findZoomApp, SETTINGS_ID } from '../../../../src/queries/findZoomSettings';
import { paths } from '../../../../src/routes/paths';
import { freshToken } from '../../../../src/zoom/freshToken';
import { NEEDED_SCOPES } from '../../../../src/zoom/scopes';
import { parseMeetingEvent, USED_EVENTS } from '../../../../src/zoom/webhookEvents';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { buildConnectedTeacher } from '../../../support/teachers';
import { APP_URL, startWebsite, type Website } from '../../../support/website';

const CALLBACK = `${APP_URL}${paths.zoomCallback}`;
const APP = { clientId: 'test-client', clientSecret: 'test-client-secret', webhookSecret: 'test-webhook-secret' };
const NEW_SECRET = 'a-new-client-secret-1234';
const NEW_WEBHOOK_SECRET = 'a-new-webhook-secret-5678';

let zoom: ZoomSimulator;
let website: Website;
let browser: Browser;
let admin: User;

beforeAll(async () => {
  zoom = await startZoomSimulator({ seed: 5, app: { ...APP, redirectUris: [CALLBACK] } });
  website = await startWebsite({ ZOOM_OAUTH_URL: zoom.url, ZOOM_API_URL: `${zoom.url}/v2` });
});

afterAll(async () => {
  await website.close();
  await zoom.close();
});

beforeEach(async () => {
  await ZoomSetting.destroy({ where: {} });
  await ZoomConnection.destroy({ where: {} });
  await saveFirstZoomSettings(website.deps);
  ({ browser, user: admin } = await signedInBrowser(website, 'admin'));
  await ZoomAuditLog.destroy({ where: {} });
});

type Fields = Readonly<Record<string, string>>;

/** What a browser would send of the form as it is shown, with some fields typed over. */
async function filledIn(typed: Fields = {}): Promise<Fields> {
  const $ = parse(await browser.get(paths.zoomSettings));
  const shown = $('#zoom-settings')
    .serializeArray()
    .filter(({ name }) => name !== '_csrf')
    .map(({ name, value }) => [name, value]);
  return { ...(Object.fromEntries(shown) as Fields), ...typed };
}

async function save(typed: Fields): Promise<void> {
  const answer = await browser.submit(paths.zoomSettingsUpdate, await filledIn(typed));
  expect([answer.status, answer.headers['location']]).toEqual([303, paths.zoomSettings]);
}

const row = () => ZoomSetting.findByPk(SETTINGS_ID, { rejectOnEmpty: true });
const audits = async () =>
  (await ZoomAuditLog.findAll({ order: ['id'] })).map(({ action, metadata, userId }) => ({ action, metadata, userId }));

describe('the page', () => {
  it('is for admins, linked from where they are, and shows no secret but its ending', async () => {
    expect(parse(await browser.get(paths.admin))(`nav a[href="${paths.zoomSettings}"]`)).toHaveLength(1);
    expect(parse(await browser.get(paths.admin))(`main a[href="${paths.zoomSettings}"]`)).toHaveLength(1);
    const page = await browser.get(paths.zoomSettings);
    expect(page.text).toContain('saved, ends in …cret');
    expect(page.text).not.toContain(APP.clientSecret);
    expect(page.text).not.toContain(APP.webhookSecret);
    const $ = parse(page);
    expect($('#clientSecret').val()).toBe('');
    expect($('#redirectUri').val()).toBe(CALLBACK);
    for (const [who, status] of [
      ['teacher', 403],
      ['student', 403],
    ] as const) {
      const other = (await signedInBrowser(website, who)).browser;
      expect((await other.get(paths.zoomSettings)).status).toBe(status);
      for (const path of [paths.zoomSettingsUpdate, paths.zoomTestConnection, paths.zoomRotationEnd]) {
        expect((await other.submit(path, { clientId: 'x' })).status).toBe(status);
      }
    }
  });

  it('tells what to copy into a Zoom app: both addresses, each scope and each event with its reason', async () => {
    const $ = parse(await browser.get(paths.zoomSettings));
    const guide = $('details').text();
    for (const text of [CALLBACK, `${APP_URL}${paths.webhook}`, 'General App', 'User-managed']) {
      expect(guide).toContain(text);
    }
    const items = $('details li')
      .toArray()
      .map((item) => $(item).text().replace(/\s+/g, ' '));
    for (const { granular, words } of NEEDED_SCOPES) {
      expect(items.some((item) => item.startsWith(granular) && item.endsWith(`${words}.`))).toBe(true);
    }
    for (const { event, reason } of USED_EVENTS) expect(guide).toContain(`(${event}): ${reason}`);
    expect($('details').attr('open')).toBeUndefined();
  });

  it('names just the events that we act on', () => {
    const kinds = USED_EVENTS.map(({ event }) => {
      try {
        return parseMeetingEvent(event, new Date(), {}).kind;
      } catch {
        return 'acted on, but not with an empty body';
      }
    });
    expect(kinds).not.toContain('other');
  });

  it('opens when nothing is saved, or when the key of what is saved has gone', async () => {
    const settings = await row();
    await settings.update({ clientSecretEncrypted: 'v1.gone.AAAA' });
    expect((await browser.get(paths.zoomSettings)).text).toContain('the key that opens it is gone');
    expect((await browser.get(paths.admin)).text).toContain('the Zoom app is not set up');
    await ZoomSetting.destroy({ where: {} });
    const page = await browser.get(paths.zoomSettings);
    expect(page.text).toContain('Not saved yet.');
    expect(parse(page)('details').attr('open')).toBeDefined();
  });
});

describe('saving', () => {
  it('keeps what is typed, encrypted, and says who changed which fields and nothing else', async () => {
    await save({ clientSecret: NEW_SECRET, accountId: 'acc_1', baseUrl: `${zoom.url}/v2/` });
    const settings = await row();
    expect(settings).toMatchObject({ accountId: 'acc_1', baseUrl: `${zoom.url}/v2`, updatedBy: admin.id, version: 1 });
    expect(JSON.stringify(settings)).not.toContain(NEW_SECRET);
    expect(await findZoomApp(website.deps)).toMatchObject({ clientId: APP.clientId, clientSecret: NEW_SECRET });
    expect(await audits()).toEqual([
      { action: 'settings_updated', metadata: '{"fields":"client_secret,account_id"}', userId: admin.id },
    ]);
    const page = await browser.get(paths.zoomSettings);
    expect(page.text).toContain('The Zoom settings are saved.');
    expect(page.text).toContain('saved, ends in …1234');
    expect(page.text).toContain(`by ${admin.fullName}`);
    expect(page.text).not.toContain(NEW_SECRET);
    expect(website.logged.join('\n')).not.toContain(NEW_SECRET);
  });

  it('leaves everything as it was when nothing is typed', async () => {
    const before = (await row()).get();
    await save({});
    expect((await row()).get()).toEqual(before);
    expect(await audits()).toEqual([]);
  });

  it('works before there is any row', async () => {
    await ZoomSetting.destroy({ where: {} });
    await save({ clientId: APP.clientId, clientSecret: NEW_SECRET });
    expect(await findZoomApp(website.deps)).toMatchObject({ clientSecret: NEW_SECRET });
  });

  it('takes another redirect address, and the usual one back', async () => {
    const other = 'https://classes.example.com/teacher/zoom/callback';
    await save({ redirectUri: other });
    expect((await findZoomApp(website.deps)).redirectUri).toBe(other);
    await save({ redirectUri: '' });
    expect((await row()).redirectUri).toBeNull();
    await save({ redirectUri: CALLBACK.replace('127.0.0.1', 'localhost') });
    expect((await browser.get(paths.zoomSettings)).text).toContain('Browsers take these for two sites');
  });

  it.each([
    ['clientId', '', 'Enter the client id'],
    ['clientId', 'with space', 'without any spaces'],
    ['clientSecret', 'my hidden secret', 'without any spaces'],
    ['webhookSecret', 'my hidden secret', 'without any spaces'],
    ['redirectUri', 'not an address', 'Enter an address'],
    ['redirectUri', 'http://classes.example.com/teacher/zoom/callback', 'must begin with https'],
    ['redirectUri', 'javascript:alert(1)', 'Enter an address'],
    ['accountId', 'ä', 'only letters'],
    ['baseUrl', 'https://evil.example/v2', 'Only these hosts are allowed'],
    ['baseUrl', 'https://zoom.us.evil.example/v2', 'Only these hosts are allowed'],
  ])('refuses %s "%s", beside its field', async (field, typed, words) => {
    const before = (await row()).get();
    const answer = await browser.submit(paths.zoomSettingsUpdate, await filledIn({ [field]: typed }));
    expect(answer.status).toBe(422);
    const $ = parse(answer);
    expect($(`#${field}-error`).text()).toContain(words);
    expect($(`.summary a[href="#${field}"]`)).toHaveLength(1);
    expect(answer.text).not.toContain('my hidden secret');
    if (!/secret/i.test(field)) expect($(`#${field}`).val()).toBe(typed);
    expect((await row()).get()).toEqual(before);
    expect(await audits()).toEqual([]);
  });

  it('shows every problem at once', async () => {
    const wrong = { clientId: '', baseUrl: 'https://evil.example/v2', redirectUri: 'x' };
    const $ = parse(await browser.submit(paths.zoomSettingsUpdate, await filledIn(wrong)));
    expect($('.summary a').length).toBeGreaterThanOrEqual(3);
  });

  it('loses nothing when two admins save at once: the second sees what the first saved', async () => {
    const other = (await signedInBrowser(website, 'admin')).browser;
    const [mine, theirs] = [await filledIn({ accountId: 'mine' }), await filledIn({ accountId: 'theirs' })];
    const answers = await Promise.all([
      browser.submit(paths.zoomSettingsUpdate, mine),
      other.submit(paths.zoomSettingsUpdate, theirs),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422]);
    const [refused] = answers.filter(({ status }) => status === 422);
    const saved = (await row()).accountId;
    if (!refused || saved === null) throw new Error('Neither was refused.');
    const $ = parse(refused);
    expect($('#version').text()).toContain('saved these settings while you had them open');
    expect($('#version').text()).toContain(`account id ${saved}`);
    expect([saved, $('#accountId').val()].sort()).toEqual(['mine', 'theirs']);
    expect((await audits()).filter(({ action }) => action === 'settings_updated')).toHaveLength(1);
    // Sent again as it is shown now, it is saved.
    expect($('input[name=version]').val()).toBe('1');
  });
});

describe('another webhook secret', () => {
  it('moves the one before to "previous", until the change is ended', async () => {
    await save({ webhookSecret: NEW_WEBHOOK_SECRET });
    expect(await findWebhookSecrets(website.deps)).toEqual([NEW_WEBHOOK_SECRET, APP.webhookSecret]);
    const page = await browser.get(paths.zoomSettings);
    expect(page.text).toContain('saved, ends in …5678');
    expect(page.text).toContain('The previous secret (saved, ends in …cret)');
    expect(page.text).not.toContain(NEW_WEBHOOK_SECRET);
    // The same one again changes nothing.
    await save({ webhookSecret: NEW_WEBHOOK_SECRET });
    expect(await findWebhookSecrets(website.deps)).toHaveLength(2);
    expect((await browser.submit(paths.zoomRotationEnd)).status).toBe(303);
    expect(await findWebhookSecrets(website.deps)).toEqual([NEW_WEBHOOK_SECRET]);
    expect((await browser.get(paths.zoomSettings)).text).not.toContain('The previous secret');
    expect((await audits()).map(({ metadata }) => metadata)).toEqual([
      '{"fields":"webhook_secret"}',
      '{"fields":"previous_webhook_secret"}',
    ]);
  });
});

describe('another client id', () => {
  it('is saved at once while nobody is connected', async () => {
    await save({ clientId: 'another-client' });
    expect(await findZoomApp(website.deps)).toMatchObject({ clientId: 'another-client' });
  });

  it('is confirmed first, with the count of teachers, and then disconnects them, audited', async () => {
    const teacher = await buildConnectedTeacher(website.deps, zoom);
    const typed = { clientId: 'another-client', clientSecret: NEW_SECRET };
    const answer = await browser.submit(paths.zoomSettingsUpdate, await filledIn(typed));
    expect([answer.status, answer.headers['location']]).toEqual([303, paths.zoomClientChange]);
    const page = await browser.get(paths.zoomClientChange);
    expect(page.text).not.toContain(NEW_SECRET);
    const facts = parse(page)('main').text();
    expect(facts).toMatch(/from test-client to another-client/);
    expect(facts).toMatch(/must connect again\s*1/);
    expect(await findZoomApp(website.deps)).toMatchObject({ clientId: APP.clientId });
    expect(await ZoomConnection.findOne({ where: { userId: teacher.id } })).toMatchObject({ state: 'connected' });

    const confirmed = await browser.submit(paths.zoomClientChange);
    expect(confirmed.headers['location']).toBe(paths.zoomSettings);
    expect((await browser.get(paths.zoomSettings)).text).toContain('Teachers who must connect again: 1.');
    expect(await findZoomApp(website.deps)).toMatchObject(typed);
    expect(await ZoomConnection.findOne({ where: { userId: teacher.id } })).toMatchObject({
      state: 'needs_reconnect',
      stateReason: 'app_changed',
      accessTokenEncrypted: null,
      refreshTokenEncrypted: null,
      previousRefreshTokenEncrypted: null,
    });
    await expect(freshToken(website.deps, teacher.id)).rejects.toThrow('app_changed');
    expect(await audits()).toEqual([
      { action: 'oauth_disconnected', metadata: '{"reason":"app_changed"}', userId: admin.id },
      {
        action: 'settings_updated',
        metadata: '{"fields":"client_id,client_secret","disconnected":1}',
        userId: admin.id,
      },
    ]);
  });

  it('is not done when nobody confirms, when it is too late, or when somebody has saved meanwhile', async () => {
    await buildConnectedTeacher(website.deps, zoom);
    expect((await browser.submit(paths.zoomClientChange)).headers['location']).toBe(paths.zoomSettings);
    const typed = await filledIn({ clientId: 'another-client' });
    await browser.submit(paths.zoomSettingsUpdate, typed);
    const late = jest.spyOn(website.deps.clock, 'now').mockReturnValue(new Date(Date.now() + 10 * 60_000 + 1_000));
    await browser.submit(paths.zoomClientChange);
    late.mockRestore();
    expect((await browser.get(paths.zoomSettings)).text).toContain('There is no change to confirm any more');
    await browser.submit(paths.zoomSettingsUpdate, typed);
    await (await row()).update({ version: 7 });
    await browser.submit(paths.zoomClientChange);
    expect((await browser.get(paths.zoomSettings)).text).toContain('Nothing was saved.');
    expect(await findZoomApp(website.deps)).toMatchObject({ clientId: APP.clientId });
    expect(await ZoomConnection.count({ where: { state: 'connected' } })).toBe(1);
  });
});
