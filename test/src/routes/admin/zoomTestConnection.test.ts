import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import request from 'supertest';
import { saveFirstZoomSettings } from '../../../../src/commands/saveFirstZoomSettings';
import { startZoomSimulator, type ZoomSimulator } from '../../../../src/dev/zoom/server';
import type { Finding } from '../../../../src/domain/zoomVerdicts';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { ZoomCheck } from '../../../../src/models/ZoomCheck';
import { ZoomConnection } from '../../../../src/models/ZoomConnection';
import { ZoomSetting } from '../../../../src/models/ZoomSetting';
import { SETTINGS_ID } from '../../../../src/queries/findZoomSettings';
import { paths } from '../../../../src/routes/paths';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { buildConnectedTeacher } from '../../../support/teachers';
import { APP_URL, startWebsite, type Website } from '../../../support/website';

const CALLBACK = `${APP_URL}${paths.zoomCallback}`;
const APP = { clientId: 'test-client', clientSecret: 'test-client-secret', webhookSecret: 'test-webhook-secret' };

let zoom: ZoomSimulator;
let website: Website;
let browser: Browser;

beforeAll(async () => {
  zoom = await startZoomSimulator({ seed: 6, app: { ...APP, redirectUris: [CALLBACK] } });
  website = await startWebsite({ ZOOM_OAUTH_URL: zoom.url, ZOOM_API_URL: `${zoom.url}/v2` });
  ({ browser } = await signedInBrowser(website, 'admin'));
});

afterAll(async () => {
  await website.close();
  await zoom.close();
});

beforeEach(async () => {
  await website.restart();
  zoom.control.clearFaults();
  zoom.control.setBehaviour({ clockAheadSeconds: 0, signInFirst: false, autoAllow: null });
  for (const table of ['zoom_settings', 'zoom_checks', 'zoom_connections', 'webhook_events', 'zoom_audit_logs']) {
    await website.deps.db.query(`DELETE FROM ${table}`);
  }
  await saveFirstZoomSettings(website.deps);
});

type Fields = Readonly<Record<string, string>>;

const typed = (fields: Fields = {}): Fields => ({ version: '0', clientId: APP.clientId, baseUrl: '', ...fields });

/** Presses "Test connection" as the page's script does. */
async function findings(fields: Fields = {}): Promise<Record<string, Finding>> {
  const answer = await browser.submit(paths.zoomTestConnection, typed(fields), { Accept: 'application/json' });
  expect([answer.status, answer.type]).toEqual([200, 'application/json']);
  const { findings: found } = answer.body as { findings: Finding[] };
  return Object.fromEntries(found.map((finding) => [finding.subject, finding]));
}

/** The verdicts as the page shows them, by title. */
async function shownVerdicts(): Promise<Record<string, string>> {
  const $ = parse(await browser.get(paths.zoomSettings));
  const rows = $('h2:contains("How it stands") + ul > li').toArray();
  return Object.fromEntries(rows.map((row) => [$(row).find('strong').text(), $(row).find('.tag').text()]));
}

async function reconfigured(oauthUrl: string): Promise<void> {
  await website.restart({ zoom: { ...website.deps.config.zoom, oauthUrl } });
}

describe('a test of what is typed', () => {
  it('passes when all is right, and keeps nothing but the verdicts', async () => {
    const before = await ZoomSetting.findByPk(SETTINGS_ID, { rejectOnEmpty: true, raw: true });
    const found = await findings();
    expect(found['credentials']).toMatchObject({
      verdict: 'passed',
      why: expect.stringContaining('Zoom knows') as string,
    });
    expect(found['redirect']).toMatchObject({ verdict: 'passed' });
    expect(found['clock']).toMatchObject({ verdict: 'passed' });
    expect(found['api']).toMatchObject({ verdict: 'passed' });
    expect(found['scopes']).toMatchObject({ verdict: 'unknown' });
    expect(found['webhook']?.why).toContain('Zoom has not validated the address yet');
    expect(await ZoomSetting.findByPk(SETTINGS_ID, { rejectOnEmpty: true, raw: true })).toEqual(before);
    expect(await ZoomCheck.count()).toBe(2);
    expect(await website.audited()).toEqual([]);
    expect(await shownVerdicts()).toEqual({
      Credentials: 'passed',
      'Redirect address': 'passed',
      Scopes: 'not yet known',
      Webhook: 'not yet known',
    });
    expect(JSON.stringify(zoom.control.calls())).not.toContain(APP.clientSecret);
  });

  it('takes the typed secret before the saved one, whose verdict stays', async () => {
    await findings();
    expect((await findings({ clientSecret: 'wrong-secret' }))['credentials']).toMatchObject({
      verdict: 'failed',
      why: expect.stringContaining('does not know this client id and secret') as string,
    });
    expect((await shownVerdicts())['Credentials']).toBe('passed');
    await findings({ clientSecret: 'wrong-again' });
    // Of what was tested before, only the saved values' verdict is kept.
    expect(await ZoomCheck.count({ where: { subject: 'credentials' } })).toBe(2);
  });

  it('tells a wrong client id, of which the redirect address cannot be judged', async () => {
    const found = await findings({ clientId: 'wrong-client' });
    expect(found['credentials']).toMatchObject({ verdict: 'failed' });
    expect(found['redirect']).toMatchObject({ verdict: 'unknown', why: expect.stringContaining('4702') as string });
    expect((await shownVerdicts())['Credentials']).toBe('not yet known');
  });

  it('tells a redirect address that Zoom does not know', async () => {
    const found = await findings({ redirectUri: 'https://classes.example.com/teacher/zoom/callback' });
    expect(found['redirect']).toMatchObject({
      verdict: 'failed',
      why: expect.stringContaining('does not know this redirect address') as string,
    });
    expect(found['redirect']?.why).toContain('not this site’s own address');
  });

  it('tells localhost from 127.0.0.1 before Zoom is asked', async () => {
    const found = await findings({ redirectUri: CALLBACK.replace('127.0.0.1', 'localhost') });
    expect(found['redirect']).toMatchObject({ verdict: 'failed', why: expect.stringContaining('localhost') as string });
  });

  it('leaves the redirect address open when Zoom wants a sign-in first; a teacher who connects proves it', async () => {
    zoom.control.setBehaviour({ signInFirst: true });
    expect((await findings())['redirect']).toMatchObject({ verdict: 'unknown' });
    expect((await shownVerdicts())['Redirect address']).toBe('not yet known');
    await buildConnectedTeacher(website.deps, zoom);
    expect(await shownVerdicts()).toMatchObject({
      Credentials: 'passed',
      'Redirect address': 'passed',
      Scopes: 'passed',
    });
  });

  it('counts a consent that Zoom gives at once as a redirect that works', async () => {
    zoom.control.setBehaviour({ autoAllow: 'ada.lovelace@teachers.example' });
    expect((await findings())['redirect']).toMatchObject({ verdict: 'passed' });
  });

  it.each([
    ['4700', 'could not make sense'],
    ['4702', 'does not know this client id and secret'],
    ['4704', 'does not know this client id and secret'],
    ['4709', 'does not know this redirect address'],
    ['4717', 'disabled at Zoom'],
  ])('puts Zoom’s code %s into words', async (code, words) => {
    const reason = `Something is wrong. (${code.slice(0, 1)},${code.slice(1)})`;
    zoom.control.addFault({ kind: 'oauthAnswer', operation: 'tokenRefresh', error: 'invalid_request', reason });
    expect((await findings())['credentials']).toMatchObject({
      verdict: 'failed',
      why: expect.stringContaining(words) as string,
    });
  });

  it.each([
    ['a fault of Zoom', { kind: 'status', operation: 'tokenRefresh', status: 503 }, 'decides nothing (status 503)'],
    ['a page instead of an answer', { kind: 'html', operation: 'tokenRefresh' }, 'decides nothing'],
    ['too many calls', { kind: 'status', operation: 'tokenRefresh', status: 429 }, 'asks to wait'],
    ['a connection that is cut', { kind: 'reset', operation: 'tokenRefresh' }, 'cut the connection'],
  ] as const)('says that nothing is known after %s', async (_case, fault, words) => {
    zoom.control.addFault(fault);
    expect((await findings())['credentials']).toMatchObject({
      verdict: 'unknown',
      why: expect.stringContaining(words) as string,
    });
    expect((await shownVerdicts())['Credentials']).toBe('not yet known');
  });

  it.each([
    [180, 'seconds behind Zoom’s'],
    [-180, 'seconds ahead of Zoom’s'],
  ])('tells a clock that is off by %s s', async (clockAheadSeconds, words) => {
    zoom.control.setBehaviour({ clockAheadSeconds });
    expect((await findings())['clock']).toMatchObject({
      verdict: 'failed',
      why: expect.stringContaining(words) as string,
    });
  });

  it('says in words why Zoom cannot be reached', async () => {
    await reconfigured('http://no-such-host.invalid');
    expect((await findings())['credentials']?.why).toContain('could not be found (DNS)');
    await reconfigured(`http://127.0.0.1:${await closedPort()}`);
    const refused = await findings();
    expect(refused['credentials']).toMatchObject({
      verdict: 'unknown',
      why: expect.stringContaining('refused the connection') as string,
    });
    expect(refused['redirect']).toMatchObject({ verdict: 'unknown' });
  });

  it('says that it waited in vain', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    await reconfigured(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    const found = await findings();
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
    expect(found['credentials']?.why).toContain('(time-out)');
  });

  it('says when the API address is not Zoom’s API', async () => {
    expect((await findings({ baseUrl: `${zoom.url}/somewhere/v2` }))['api']).toMatchObject({ verdict: 'failed' });
  });

  it('answers wrong input with every problem, as JSON or beside the fields', async () => {
    const wrong = typed({ clientId: '', baseUrl: 'https://evil.example/v2' });
    const json = await browser.submit(paths.zoomTestConnection, wrong, { Accept: 'application/json' });
    expect(json.status).toBe(422);
    expect(json.body).toMatchObject({ error: { fields: [{ field: 'clientId' }, { field: 'baseUrl' }] } });
    expect(zoom.control.calls().some(({ path }) => path.includes('evil'))).toBe(false);
    await website.deps.db.query('DELETE FROM zoom_settings');
    const page = await browser.submit(paths.zoomTestConnection, typed());
    expect([page.status, parse(page)('#clientSecret-error').text()]).toEqual([
      422,
      expect.stringContaining('none is saved'),
    ]);
  });

  it('works as a button of the form, without a script; what was typed stays, but the secrets', async () => {
    const $before = parse(await browser.get(paths.zoomSettings));
    expect($before('#test').attr('formaction')).toBe(paths.zoomTestConnection);
    const page = await browser.submit(
      paths.zoomTestConnection,
      typed({ accountId: 'typed-account', clientSecret: 'typed-client-secret', webhookSecret: 'typed-webhook-secret' }),
    );
    expect(page.status).toBe(200);
    const $ = parse(page);
    expect($('#result').text()).toContain('does not know this client id and secret');
    expect($('#result').text()).toContain('The typed secret counts once it is saved');
    expect($('#accountId').val()).toBe('typed-account');
    expect(page.text).not.toMatch(/typed-(client|webhook)-secret/);
    expect(website.logged.join('\n')).not.toMatch(/typed-(client|webhook)-secret/);
  });

  it('is for our own pages only', async () => {
    const body = new URLSearchParams(typed()).toString();
    expect((await browser.submitText(paths.zoomTestConnection, body, { Accept: 'application/json' })).status).toBe(403);
    expect((await request(website.server).post(paths.zoomTestConnection)).status).not.toBe(200);
  });
});

describe('the verdict on', () => {
  it('the credentials is not known again once they change, whoever was connected before', async () => {
    await buildConnectedTeacher(website.deps, zoom);
    await findings();
    await browser.submit(paths.zoomSettingsUpdate, typed({ clientSecret: 'another-secret', redirectUri: CALLBACK }));
    expect(await shownVerdicts()).toMatchObject({ Credentials: 'not yet known', 'Redirect address': 'passed' });
  });

  it('the scopes names what connections lack', async () => {
    const teacher = await buildConnectedTeacher(website.deps, zoom);
    await ZoomConnection.update({ scopes: 'user:read meeting:read' }, { where: { userId: teacher.id } });
    const page = await browser.get(paths.zoomSettings);
    expect(page.text).toContain('1 of 1 connections lack meeting:write:meeting');
    expect((await shownVerdicts())['Scopes']).toBe('failed');
    await ZoomConnection.update({ state: 'needs_reconnect', stateReason: 'scopes_missing' }, { where: {} });
    expect((await browser.get(paths.zoomSettings)).text).toContain('for want of a permission');
  });

  it('the webhook follows what Zoom sends', async () => {
    await webhook({ event: 'endpoint.url_validation', payload: { plainToken: 'qgg8vlvZRS6UYooatFL8Aw' } });
    expect(await website.audited()).toEqual(['webhook_url_validated']);
    expect((await shownVerdicts())['Webhook']).toBe('passed');
    expect((await findings())['webhook']?.why).toContain('Zoom last validated the address at');

    await website.deps.db.query('DELETE FROM zoom_audit_logs');
    await webhook({ event: 'meeting.started', event_ts: Date.now(), payload: { object: { id: 1 } } });
    expect((await browser.get(paths.zoomSettings)).text).toContain(': meeting.started');
    expect((await shownVerdicts())['Webhook']).toBe('passed');

    // Anybody may post to a public address; it says nothing of Zoom.
    await request(website.server).post(paths.webhook).send('x');
    expect((await shownVerdicts())['Webhook']).toBe('passed');

    await webhook({ event: 'meeting.ended' }, APP.webhookSecret, -600);
    expect((await shownVerdicts())['Webhook']).toBe('failed');
    expect((await findings())['webhook']?.why).toContain('Look whether this server’s clock is right');

    await website.deps.db.query('DELETE FROM zoom_audit_logs');
    await webhook({ event: 'meeting.ended' }, 'a-wrong-secret');
    expect((await shownVerdicts())['Webhook']).toBe('failed');
    expect((await findings())['webhook']?.why).toContain('copy “Secret Token” again');

    await browser.submit(paths.zoomSettingsUpdate, typed({ webhookSecret: 'the-next-webhook-secret' }));
    expect((await shownVerdicts())['Webhook']).toBe('not yet known');
    expect(await ZoomAuditLog.count({ where: { action: 'webhook_signature_failed' } })).toBe(1);
    await ZoomSetting.update({ webhookSecretEncrypted: null }, { where: {} });
    expect((await browser.get(paths.zoomSettings)).text).toContain('No webhook secret is saved');
  });
});

function webhook(event: object, secret = APP.webhookSecret, secondsAhead = 0): Promise<unknown> {
  const body = JSON.stringify(event);
  const timestamp = String(Math.floor(Date.now() / 1000) + secondsAhead);
  const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return request(website.server)
    .post(paths.webhook)
    .set({ 'x-zm-request-timestamp': timestamp, 'x-zm-signature': `v0=${signature}` })
    .type('json')
    .send(body)
    .then((answer) => answer);
}

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
