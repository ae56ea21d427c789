import { startZoomSimulator, type ZoomSimulator } from '../../../../src/dev/zoom/server';
import { addMinutes } from '../../../../src/domain/clock';
import type { User } from '../../../../src/models/User';
import { ZoomSetting } from '../../../../src/models/ZoomSetting';
import { WorkflowOutbox } from '../../../../src/models/WorkflowOutbox';
import { ZoomConnection } from '../../../../src/models/ZoomConnection';
import { SETTINGS_ID, settingPlace } from '../../../../src/queries/findZoomSettings';
import { paths } from '../../../../src/routes/paths';
import { saveFirstZoomSettings } from '../../../../src/commands/saveFirstZoomSettings';
import { buildClassDate, buildOrder } from '../../../factories/classes';
import { buildMeeting } from '../../../factories/meetings';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { APP_URL, startWebsite, type Website } from '../../../support/website';

const ADA = 'ada.lovelace@teachers.example';
const BASIL = 'basil.basic@teachers.example';
const APP = { clientId: 'test-client', clientSecret: 'test-client-secret', webhookSecret: 'test-webhook-secret' };

let zoom: ZoomSimulator;
let website: Website;
let browser: Browser;
let teacher: User;

beforeAll(async () => {
  zoom = await startZoomSimulator({ seed: 3, app: { ...APP, redirectUris: [`${APP_URL}${paths.zoomCallback}`] } });
  website = await startWebsite({ ZOOM_OAUTH_URL: zoom.url, ZOOM_API_URL: `${zoom.url}/v2` });
  await saveFirstZoomSettings(website.deps);
});

afterAll(async () => {
  await website.close();
  await zoom.close();
});

beforeEach(async () => {
  zoom.control.clearFaults();
  zoom.control.setBehaviour({ autoAllow: null });
  await ZoomConnection.destroy({ where: {} });
  ({ browser, user: teacher } = await signedInBrowser(website, 'teacher'));
});

/** Presses "Connect Zoom". @returns Zoom's consent page with everything in its address */
async function beginConsent(): Promise<URL> {
  const answer = await browser.get(paths.zoomConnect);
  expect(answer.status).toBe(302);
  return new URL(answer.headers['location'] ?? '');
}

/** Says yes at Zoom. @returns the callback's path with code and state */
async function allow(consent: URL, email = ADA, scopes?: readonly string[]): Promise<string> {
  const form = new URLSearchParams(consent.search);
  form.set('decision', 'allow');
  form.set('email', email);
  for (const scope of scopes ?? (await scopesOf(consent))) form.append('scope', scope);
  const answer = await fetch(`${zoom.url}/oauth/authorize`, { method: 'POST', body: form, redirect: 'manual' });
  const target = new URL(answer.headers.get('location') ?? '');
  return `${target.pathname}${target.search}`;
}

async function scopesOf(consent: URL): Promise<string[]> {
  const page = await (await fetch(consent)).text();
  return [...page.matchAll(/name="scope" value="([^"]+)"/g)].map(([, scope = '']) => scope);
}

/** Comes back from Zoom. @returns what the status page then says */
async function comeBack(callback: string): Promise<string> {
  const answer = await browser.get(callback);
  expect([answer.status, answer.headers['location']]).toEqual([303, paths.zoom]);
  return parse(await browser.get(paths.zoom))('main').text();
}

const connectionOf = (userId: number) => ZoomConnection.findOne({ where: { userId } });

describe('connecting', () => {
  it('asks with PKCE S256 and a state, and ends connected, with the tokens encrypted', async () => {
    const consent = await beginConsent();
    expect(consent.origin).toBe(zoom.url);
    expect(Object.fromEntries(consent.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: `${APP_URL}${paths.zoomCallback}`,
    });
    expect(await comeBack(await allow(consent))).toContain(`Zoom is connected as ${ADA}`);
    const connection = await connectionOf(teacher.id);
    expect(connection).toMatchObject({ state: 'connected', zoomEmail: ADA, licensed: true });
    const { accessToken = '', refreshToken = '' } = zoom.control.tokensFor(ADA) ?? {};
    for (const secret of [accessToken, refreshToken]) {
      expect(secret.length).toBeGreaterThan(10);
      expect(JSON.stringify(connection)).not.toContain(secret);
      expect(website.logged.join('')).not.toContain(secret);
    }
  });

  it('says what a Basic licence means', async () => {
    const text = await comeBack(await allow(await beginConsent(), BASIL));
    expect(text).toContain('Zoom ends its meetings after 40 minutes');
    expect(await connectionOf(teacher.id)).toMatchObject({ licensed: false });
  });

  it('hints the classes that have been waiting for it', async () => {
    const order = await buildOrder({ teacherId: teacher.id });
    const waiting = await buildClassDate({ order, state: 'preparing', startsAt: addMinutes(new Date(), 10) });
    const later = await buildClassDate({ order, startsAt: addMinutes(new Date(), 600) });
    await comeBack(await allow(await beginConsent()));
    expect(website.temporal.hints).toContain(`${waiting.id}: teacher reconnected`);
    expect(await WorkflowOutbox.count({ where: { classDateId: later.id } })).toBe(0);
  });
});

describe('what does not connect', () => {
  const isRefused = async (callback: string, words: string) => {
    expect(await comeBack(callback)).toContain(words);
    expect(await connectionOf(teacher.id)).toBeNull();
    expect((await website.audited()).at(-1)).toBe('oauth_refused');
  };

  it('a refusal at Zoom', async () => {
    const state = (await beginConsent()).searchParams.get('state') ?? '';
    await isRefused(`${paths.zoomCallback}?error=access_denied&state=${state}`, 'You did not allow it');
  });

  it.each([
    ['no state', () => ''],
    ['another state', () => '&state=abc'],
  ])('an answer with %s', async (_case, state) => {
    const callback = await allow(await beginConsent());
    const code = new URL(callback, APP_URL).searchParams.get('code') ?? '';
    await isRefused(`${paths.zoomCallback}?code=${code}${state()}`, 'does not belong to a connection you began');
  });

  it('an answer that comes twice, or into another session', async () => {
    const callback = await allow(await beginConsent());
    const other = await signedInBrowser(website, 'teacher');
    expect((await other.browser.get(callback)).headers['location']).toBe(paths.zoom);
    expect(await connectionOf(other.user.id)).toBeNull();
    await comeBack(callback);
    expect(await comeBack(callback)).toContain('does not belong to a connection you began');
    expect(await connectionOf(teacher.id)).toMatchObject({ state: 'connected' });
  });

  it('an answer after ten minutes', async () => {
    const callback = await allow(await beginConsent());
    const late = new Date(Date.now() + 10 * 60_000 + 1_000);
    const clock = jest.spyOn(website.deps.clock, 'now').mockReturnValue(late);
    await isRefused(callback, 'within ten minutes');
    clock.mockRestore();
  });

  it('a consent with a permission unticked: it is named, and the consent given back', async () => {
    const consent = await beginConsent();
    const scopes = (await scopesOf(consent)).filter((scope) => scope !== 'meeting:delete:meeting');
    await isRefused(await allow(consent, ADA, scopes), 'missing: meeting:delete:meeting');
    expect(zoom.control.tokensFor(ADA)).toBeUndefined();
  });

  it('an account that another teacher has connected, who stays connected', async () => {
    const other = await signedInBrowser(website, 'teacher');
    const mine = browser;
    browser = other.browser;
    await comeBack(await allow(await beginConsent()));
    browser = mine;
    await isRefused(await allow(await beginConsent()), 'belongs to another teacher here');
    expect(await connectionOf(other.user.id)).toMatchObject({ state: 'connected' });
  });

  it.each([
    ['a code Zoom does not know', 'invalid', undefined, 'may have been used or too old'],
    [
      'a Zoom that does not answer',
      undefined,
      { kind: 'reset', operation: 'tokenExchange' } as const,
      'Zoom does not answer now',
    ],
  ])('%s', async (_case, code, fault, words) => {
    const callback = new URL(await allow(await beginConsent()), APP_URL);
    if (code) callback.searchParams.set('code', code);
    if (fault) zoom.control.addFault(fault);
    await isRefused(`${callback.pathname}${callback.search}`, words);
  });

  it('wrong credentials of our app: the teacher is told that an admin must act', async () => {
    const callback = await allow(await beginConsent());
    const settings = await ZoomSetting.findByPk(SETTINGS_ID, { rejectOnEmpty: true });
    const { clientSecretEncrypted } = settings;
    const wrong = website.deps.encryption.encrypt('wrong', settingPlace('client_secret_encrypted'));
    await settings.update({ clientSecretEncrypted: wrong });
    await isRefused(callback, 'An admin has to check them');
    await settings.update({ clientSecretEncrypted });
  });
});

describe('disconnecting', () => {
  beforeEach(async () => {
    await comeBack(await allow(await beginConsent()));
  });

  it('forgets everything of Zoom and gives the consent back', async () => {
    const answer = await browser.submit(paths.zoomDisconnect);
    expect([answer.status, answer.headers['location']]).toEqual([303, paths.zoom]);
    expect(await connectionOf(teacher.id)).toMatchObject({
      state: 'disconnected',
      zoomUserId: null,
      zoomEmail: null,
      accessTokenEncrypted: null,
      refreshTokenEncrypted: null,
    });
    expect(zoom.control.tokensFor(ADA)).toBeUndefined();
    expect((await website.audited()).at(-1)).toBe('oauth_disconnected');
  });

  it('waits until a class with an open room is over', async () => {
    const order = await buildOrder({ teacherId: teacher.id });
    const classDate = await buildClassDate({ order, state: 'live' });
    await buildMeeting(website.deps.encryption, classDate);
    await browser.submit(paths.zoomDisconnect);
    expect((await browser.get(paths.zoom)).text).toContain('has an open room');
    expect(await connectionOf(teacher.id)).toMatchObject({ state: 'connected' });
    await classDate.update({ state: 'settled' });
    await browser.submit(paths.zoomDisconnect);
    expect(await connectionOf(teacher.id)).toMatchObject({ state: 'disconnected' });
  });
});
