import type { User } from '../../../../src/models/User';
import { ZoomConnection } from '../../../../src/models/ZoomConnection';
import { ZoomSetting } from '../../../../src/models/ZoomSetting';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { SETTINGS_ID, settingPlace } from '../../../../src/queries/findZoomSettings';
import { paths } from '../../../../src/routes/paths';
import { freshToken } from '../../../../src/zoom/freshToken';
import { buildUser } from '../../../factories/people';
import { parse, PASSWORD, passwordHash, signedInBrowser, type Browser } from '../../../support/browser';
import {
  ADA,
  allow,
  beginConsent,
  comeBack,
  connect,
  connectionOf,
  deny,
  pathOf,
  scopesOf,
  startConsentSite,
  type ConsentSite,
} from '../../../support/zoomConsent';
import { APP_URL } from '../../../support/website';

const GRACE = 'grace.hopper@teachers.example';

let site: ConsentSite;
let browser: Browser;
let teacher: User;

beforeAll(async () => {
  site = await startConsentSite();
});

afterAll(() => site.close());

beforeEach(async () => {
  site.zoom.control.clearFaults();
  site.zoom.control.setBehaviour({ consentError: null, appDisabledFor: [] });
  await ZoomConnection.destroy({ where: {} });
  ({ browser, user: teacher } = await signedInBrowser(site.website, 'teacher'));
});

const rows = async () => JSON.stringify(await ZoomConnection.findAll({ order: ['userId'] }));

/** Comes back, is told why not, and no connection of anybody has changed. */
async function isRefused(callback: string, words: string, by = browser): Promise<void> {
  const before = await rows();
  expect(await comeBack(by, callback)).toContain(words);
  expect(await rows()).toBe(before);
  expect((await site.website.audited()).at(-1)).toBe('oauth_refused');
}

async function lastReason(): Promise<unknown> {
  const last = await ZoomAuditLog.findOne({ order: [['id', 'DESC']], rejectOnEmpty: true });
  return (JSON.parse(last.metadata ?? '{}') as Record<string, unknown>)['reason'];
}

/** Runs the same for a teacher who has no connection yet, and one who has another account's. */
const FORMER = [
  ['with no connection yet', null],
  ['who has one', GRACE],
] as const;

describe.each(FORMER)('a teacher %s', (_who, former) => {
  beforeEach(async () => {
    if (former) expect(await connect(browser, former)).toContain('Zoom is connected');
  });

  afterEach(async () => {
    // Whatever was refused, the former connection works on.
    if (former) expect((await freshToken(site.deps, teacher.id, 1)).version).toBe(2);
  });

  it('who says no at Zoom', async () => {
    await isRefused(await deny(await beginConsent(browser)), 'You did not allow it');
    expect(await lastReason()).toBe('access_denied');
  });

  it.each([
    ['server_error', 'Zoom does not answer now'],
    ['temporarily_unavailable', 'Zoom does not answer now'],
    ['invalid_scope', 'An admin must correct the app'],
    ['unauthorized_client', 'An admin has to check'],
    ['redirect_uri_mismatch', 'An admin must correct the app’s redirect address'],
    ['4700', 'An admin must correct the app’s redirect address'],
    ['4,709', 'An admin must correct the app’s redirect address'],
    ['4738', 'The admin of your Zoom account does not allow our app'],
    ['<script>alert(1)</script>', 'for a reason we do not know'],
  ])('whom Zoom sends back with error=%s', async (consentError, words) => {
    site.zoom.control.setBehaviour({ consentError });
    const answer = await fetch(await beginConsent(browser), { redirect: 'manual' });
    await isRefused(pathOf(answer.headers.get('location')), words);
  });

  it.each([
    [4700, 'An admin must correct the app’s redirect address', 'misconfigured_redirect'],
    [4702, 'An admin has to check them', 'misconfigured_client'],
    [4704, 'An admin has to check them', 'misconfigured_client'],
    [4709, 'An admin must correct the app’s redirect address', 'misconfigured_redirect'],
    [4711, 'leave every permission ticked', 'scopes_missing'],
    [4717, 'An admin must switch it on again', 'misconfigured_app_off'],
    [4733, 'it is good for five minutes', 'code_expired'],
    [4734, 'it may have been used already', 'code_invalid'],
    [4735, 'no longer exists', 'owner_gone'],
    [4738, 'Ask that admin to allow it', 'app_disabled'],
    [4741, 'withdrawn at Zoom', 'revoked'],
  ])('whose code Zoom refuses with %s', async (code, words, reason) => {
    const callback = await allow(await beginConsent(browser));
    site.zoom.control.addFault({ kind: 'oauthError', operation: 'tokenExchange', code });
    await isRefused(callback, words);
    expect(await lastReason()).toBe(reason);
  });

  it.each([
    ['does not answer', { kind: 'reset', operation: 'tokenExchange' } as const],
    ['loses its answer', { kind: 'loseReply', operation: 'tokenExchange' } as const],
    ['has a fault', { kind: 'status', operation: 'tokenExchange', status: 500 } as const],
    ['answers with XML', { kind: 'xml', operation: 'tokenExchange' } as const],
    ['answers with half of its JSON', { kind: 'garbledReply', operation: 'tokenExchange' } as const],
    ['does not say who it is', { kind: 'status', operation: 'userMe', status: 503 } as const],
  ])('whose Zoom %s', async (_case, fault) => {
    const callback = await allow(await beginConsent(browser));
    site.zoom.control.addFault(fault);
    await isRefused(callback, 'Zoom does not answer now');
  });

  it('whose code is too old, or has been used', async () => {
    const late = await allow(await beginConsent(browser));
    site.zoom.control.advanceClock(5 * 60_000 + 1_000);
    await isRefused(late, 'it is good for five minutes');
    const consent = await beginConsent(browser);
    const callback = new URL(await allow(consent), APP_URL);
    callback.searchParams.set('code', 'used-before');
    await isRefused(`${callback.pathname}${callback.search}`, 'it may have been used already');
  });

  it.each([
    ['no state', () => ''],
    ['another state', () => '&state=abc'],
    ['a state of the same length', (state: string) => `&state=${'x'.repeat(state.length)}`],
    ['the state twice', (state: string) => `&state=${state}&state=${state}`],
  ])('who comes back with %s', async (_case, parameter) => {
    const consent = await beginConsent(browser);
    const { searchParams } = new URL(await allow(consent), APP_URL);
    const more = parameter(consent.searchParams.get('state') ?? '');
    await isRefused(`${paths.zoomCallback}?code=${searchParams.get('code')}${more}`, 'does not belong to a connection');
    expect(await lastReason()).toBe('state_mismatch');
  });

  it('who never began, and comes without a state: missing on both sides is no match', async () => {
    const code = site.zoom.control.authorize(ADA);
    await isRefused(`${paths.zoomCallback}?code=${code}`, 'does not belong to a connection');
    await isRefused(`${paths.zoomCallback}?code=${code}&state=`, 'does not belong to a connection');
  });

  it('who comes back with neither code nor error', async () => {
    const state = (await beginConsent(browser)).searchParams.get('state') ?? '';
    await isRefused(`${paths.zoomCallback}?state=${state}`, 'sent no answer we can use');
  });

  it('who comes back after ten minutes', async () => {
    const callback = await allow(await beginConsent(browser));
    const clock = jest.spyOn(site.deps.clock, 'now').mockReturnValue(new Date(Date.now() + 10 * 60_000 + 1_000));
    await isRefused(callback, 'within ten minutes');
    clock.mockRestore();
  });

  it('whose answer arrives in another teacher’s session, which has begun or has not', async () => {
    const other = await signedInBrowser(site.website, 'teacher');
    const callback = await allow(await beginConsent(browser));
    await isRefused(callback, 'does not belong to a connection', other.browser);
    await beginConsent(other.browser);
    await isRefused(callback, 'does not belong to a connection', other.browser);
    expect(await connectionOf(other.user.id)).toBeNull();
  });

  it('who began in a browser in which another one has signed in since', async () => {
    const callback = await allow(await beginConsent(browser));
    const other = await buildUser('teacher', { passwordHash: await passwordHash() });
    expect((await browser.submit(paths.login, { email: other.email, password: PASSWORD })).status).toBe(303);
    await isRefused(callback, 'does not belong to a connection');
    expect(await connectionOf(other.id)).toBeNull();
  });

  it('who leaves permissions unticked: each is named, and the consent given back', async () => {
    const consent = await beginConsent(browser);
    const unticked = ['meeting:delete:meeting', 'meeting:read:list_past_participants'];
    const scopes = (await scopesOf(consent)).filter((scope) => !unticked.includes(scope));
    const callback = await allow(consent, ADA, scopes);
    await isRefused(
      callback,
      'Delete it when the class is cancelled (meeting:delete:meeting); See who came to a class (meeting:read:list_past_participants)',
    );
    expect(site.zoom.control.tokensFor(ADA)).toBeUndefined();
  });

  it('who allows nothing at all, not even to see who it is', async () => {
    const callback = await allow(await beginConsent(browser), ADA, []);
    await isRefused(callback, 'See your name, address and licence (user:read:user)');
    expect(site.zoom.control.tokensFor(ADA)).toBeUndefined();
  });
});

it('an answer that comes twice connects once', async () => {
  const callback = await allow(await beginConsent(browser));
  expect(await comeBack(browser, callback)).toContain('Zoom is connected');
  await isRefused(callback, 'does not belong to a connection');
  expect(await connectionOf(teacher.id)).toMatchObject({ state: 'connected', version: 1 });
});

describe('an account that somebody is connected with already', () => {
  it('is refused to another teacher, and its owner’s connection still works, on the tokens of the new consent', async () => {
    const owner = await signedInBrowser(site.website, 'teacher');
    await connect(owner.browser);
    expect(await connect(browser)).toContain('belongs to another teacher here');
    expect(await connectionOf(teacher.id)).toBeNull();
    expect(await connectionOf(owner.user.id)).toMatchObject({ state: 'connected', zoomEmail: ADA });
    const { accessToken, version } = await freshToken(site.deps, owner.user.id);
    expect(accessToken).toBe(site.zoom.control.tokensFor(ADA)?.accessToken);
    expect((await freshToken(site.deps, owner.user.id, version)).version).toBe(version + 1);
    expect((await site.website.audited()).slice(-2)).toEqual(['oauth_refreshed', 'oauth_refused']);
  });

  it('loses its connection when its own teacher consents again to less: Zoom has killed the older tokens', async () => {
    await connect(browser);
    const consent = await beginConsent(browser);
    const scopes = (await scopesOf(consent)).filter((scope) => scope !== 'meeting:delete:meeting');
    expect(await comeBack(browser, await allow(consent, ADA, scopes))).toContain('(meeting:delete:meeting)');
    expect(await connectionOf(teacher.id)).toMatchObject({ state: 'needs_reconnect', stateReason: 'scopes_missing' });
    expect(await connect(browser)).toContain('Zoom is connected');
    expect(await connectionOf(teacher.id)).toMatchObject({ state: 'connected', stateReason: null });
  });
});

describe('what an admin must mend', () => {
  it('a wrong secret', async () => {
    const callback = await allow(await beginConsent(browser));
    const settings = await ZoomSetting.findByPk(SETTINGS_ID, { rejectOnEmpty: true });
    const { clientSecretEncrypted } = settings;
    const wrong = site.deps.encryption.encrypt('wrong', settingPlace('client_secret_encrypted'));
    await settings.update({ clientSecretEncrypted: wrong });
    await isRefused(callback, 'An admin has to check them');
    await settings.update({ clientSecretEncrypted });
  });

  it('no app at all: the teacher is told before leaving for Zoom', async () => {
    const settings = await ZoomSetting.findByPk(SETTINGS_ID, { rejectOnEmpty: true });
    const { clientIdEncrypted } = settings;
    await settings.update({ clientIdEncrypted: null });
    expect(await comeBack(browser, paths.zoomConnect)).toContain('not set up yet');
    await settings.update({ clientIdEncrypted });
  });

  it('a wrong redirect address: the log names the address and what Zoom said, and no secret', async () => {
    const callback = await allow(await beginConsent(browser));
    const settings = await ZoomSetting.findByPk(SETTINGS_ID, { rejectOnEmpty: true });
    const { redirectUri } = settings;
    await settings.update({ redirectUri: 'https://old.example/callback' });
    await isRefused(callback, 'An admin must correct the app’s redirect address');
    await settings.update({ redirectUri });
    const line = site.website.logged.findLast((one) => one.includes('zoom refused a token call')) ?? '';
    expect(JSON.parse(line)).toMatchObject({
      operation: 'exchangeCode',
      status: 400,
      zoomError: 'invalid_request',
      redirectUri: 'https://old.example/callback',
    });
    const code = new URL(callback, APP_URL).searchParams.get('code') ?? '';
    expect(code.length).toBeGreaterThan(10);
    for (const secret of [code, 'test-client-secret']) expect(site.website.logged.join('')).not.toContain(secret);
  });
});

describe('the way on after connecting', () => {
  const start = '/teacher/meeting/7/start';
  const connectFor = async (next: string) => {
    const answer = await browser.get(`/teacher/zoom/connect?next=${encodeURIComponent(next)}`);
    return new URL(answer.headers['location'] ?? '');
  };

  it('is the page that it was connected for', async () => {
    const answer = await browser.get(await allow(await connectFor(start)));
    expect([answer.status, answer.headers['location']]).toEqual([303, start]);
  });

  it('is not forgotten by a consent that failed', async () => {
    const answer = await browser.get(await deny(await connectFor(start)));
    const back = `${paths.zoom}?next=${encodeURIComponent(start)}`;
    expect([answer.status, answer.headers['location']]).toEqual([303, back]);
    const again = parse(await browser.get(back))('main a.button').attr('href');
    expect(again).toBe(`${paths.zoomConnect}?next=${encodeURIComponent(start)}`);
  });

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'https:evil.example', '/\t/evil.example', ''])(
    'is never %j',
    async (next) => {
      const answer = await browser.get(await allow(await connectFor(next)));
      expect([answer.status, answer.headers['location']]).toEqual([303, paths.zoom]);
      const page = parse(await browser.get(`${paths.zoom}?next=${encodeURIComponent(next)}`));
      expect(page('main').html()).not.toContain('evil');
    },
  );
});
