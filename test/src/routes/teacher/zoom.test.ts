import { addMinutes } from '../../../../src/domain/clock';
import type { User } from '../../../../src/models/User';
import { WorkflowOutbox } from '../../../../src/models/WorkflowOutbox';
import { ZoomConnection } from '../../../../src/models/ZoomConnection';
import { findZoomApp } from '../../../../src/queries/findZoomSettings';
import { paths } from '../../../../src/routes/paths';
import { exchangeCode } from '../../../../src/zoom/oauth';
import { buildClassDate, buildOrder } from '../../../factories/classes';
import { buildMeeting } from '../../../factories/meetings';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import {
  ADA,
  BASIL,
  beginConsent,
  comeBack,
  allow,
  connect,
  connectionOf,
  startConsentSite,
  whatThePageSays,
  type ConsentSite,
} from '../../../support/zoomConsent';
import { APP_URL } from '../../../support/website';

let site: ConsentSite;
let browser: Browser;
let teacher: User;

beforeAll(async () => {
  site = await startConsentSite();
});

afterAll(() => site.close());

beforeEach(async () => {
  site.zoom.control.clearFaults();
  await ZoomConnection.destroy({ where: {} });
  ({ browser, user: teacher } = await signedInBrowser(site.website, 'teacher'));
});

const pageText = async () => parse(await browser.get(paths.zoom))('main').text();
const refreshes = () => site.zoom.control.tokensFor(ADA)?.refreshes;

/** A class of this teacher with its order. */
async function buildClass(title: string, fields: Parameters<typeof buildClassDate>[0] = {}) {
  return buildClassDate({ order: await buildOrder({ teacherId: teacher.id, title }), ...fields });
}

describe('connecting', () => {
  it('asks with PKCE S256 and a state, and ends connected, with the tokens encrypted', async () => {
    const consent = await beginConsent(browser);
    expect(consent.origin).toBe(site.zoom.url);
    expect(Object.fromEntries(consent.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: `${APP_URL}${paths.zoomCallback}`,
    });
    expect(await comeBack(browser, await allow(consent))).toContain(`Zoom is connected as ${ADA}`);
    const connection = await connectionOf(teacher.id);
    expect(connection).toMatchObject({ state: 'connected', zoomEmail: ADA, zoomName: 'Ada Lovelace', licensed: true });
    const { accessToken = '', refreshToken = '' } = site.zoom.control.tokensFor(ADA) ?? {};
    for (const secret of [accessToken, refreshToken]) {
      expect(secret.length).toBeGreaterThan(10);
      expect(JSON.stringify(connection)).not.toContain(secret);
      expect(site.website.logged.join('')).not.toContain(secret);
    }
  });

  it('hints the classes that have been waiting for it', async () => {
    const waiting = await buildClass('Soon', { state: 'preparing', startsAt: addMinutes(new Date(), 10) });
    const later = await buildClass('Later', { startsAt: addMinutes(new Date(), 600) });
    await connect(browser);
    expect(site.website.temporal.hints).toContain(`${waiting.id}: teacher reconnected`);
    expect(await WorkflowOutbox.count({ where: { classDateId: later.id } })).toBe(0);
  });

  it('with another account gives the former one’s consent back to Zoom; with the same one, nothing', async () => {
    await connect(browser);
    await connect(browser);
    expect(site.zoom.control.callCount('tokenRevoke')).toBe(0);
    await connect(browser, BASIL);
    expect(await connectionOf(teacher.id)).toMatchObject({ state: 'connected', zoomEmail: BASIL });
    expect(site.zoom.control.tokensFor(ADA)).toBeUndefined();
    expect(site.zoom.control.tokensFor(BASIL)).toBeDefined();
  });
});

describe('the page', () => {
  it('shows the account, the licence, every permission in words and the renewals', async () => {
    await connect(browser);
    const page = parse(await browser.get(paths.zoom));
    const facts = page('dl.facts').text();
    for (const words of ['Ada Lovelace', ADA, 'Licensed', 'Connected', 'Last renewed', 'Next renewal']) {
      expect(facts).toContain(words);
    }
    const permissions = page('ul.rows li').toArray();
    expect(permissions.length).toBeGreaterThanOrEqual(10);
    expect(permissions.map((row) => page(row).find('.tag').text())).toEqual(permissions.map(() => 'Allowed'));
    expect(page('ul.rows').text()).toContain('See who came to a class');
  });

  it('says what a Basic licence means', async () => {
    const text = await connect(browser, BASIL);
    for (const words of ['Basic', '40 minutes', 'the name in their link', 'no list of who came']) {
      expect(text).toContain(words);
    }
    expect(await connectionOf(teacher.id)).toMatchObject({ licensed: false });
  });

  it('links the classes of the next 14 days that need it, and counts those after them', async () => {
    await connect(browser);
    const day = 24 * 60;
    const soon = await buildClass('In a week', { startsAt: addMinutes(new Date(), 7 * day) });
    await buildClass('In three weeks', { startsAt: addMinutes(new Date(), 21 * day) });
    await buildClass('Called off', { state: 'cancelled' });
    await buildClassDate({ order: await buildOrder({ title: 'Of another teacher' }) });
    const page = parse(await browser.get(paths.zoom));
    const links = page('.rows a').toArray();
    expect(links.map((link) => [page(link).text(), page(link).attr('href')])).toEqual([
      ['In a week', paths.startMeeting(soon.id)],
    ]);
    expect(page('main').text()).toContain('And 1 class later on.');
  });

  it('names a permission that is needed by now and was not asked for when the teacher consented', async () => {
    await connect(browser);
    const { scopes } = await ZoomConnection.findOne({ where: { userId: teacher.id }, rejectOnEmpty: true });
    const fewer = (scopes ?? '').replace('meeting:write:invite_links', '').trim();
    await ZoomConnection.update({ scopes: fewer }, { where: { userId: teacher.id } });
    const page = parse(await browser.get(paths.zoom));
    expect(page('li:has(.tag.bad)').text()).toContain('Make links for guests');
    expect(page('main a.button').text()).toBe('Connect again');
  });

  it.each([
    ['revoked', 'withdrawn at Zoom'],
    ['app_disabled', 'does not allow our app'],
    ['owner_gone', 'no longer exists'],
    ['app_deauthorized', 'was removed from your Zoom account'],
    ['something of long ago', 'no longer accepts our connection'],
  ])('says why a connection is lost: %s', async (stateReason, words) => {
    await connect(browser);
    await ZoomConnection.update({ state: 'needs_reconnect', stateReason }, { where: { userId: teacher.id } });
    const page = parse(await browser.get(paths.zoom));
    expect(page('.flash.bad').text()).toContain(words);
    expect(page('main a.button').attr('href')).toBe(paths.zoomConnect);
    expect(page('dl.facts').text()).not.toContain('Next renewal');
  });
});

describe('the status', () => {
  const status = async () => (await browser.get(paths.zoomStatus)).body as Record<'words', string>;

  it('says state, words and the next step, and nothing secret', async () => {
    const nextStep = { words: 'Connect Zoom', href: paths.zoomConnect };
    expect(await status()).toEqual({
      state: 'disconnected',
      words: expect.stringContaining('not connected') as string,
      nextStep,
    });
    await connect(browser);
    expect(await status()).toEqual({
      state: 'connected',
      words: expect.stringContaining('Your classes') as string,
      nextStep: null,
    });
    await ZoomConnection.update(
      { state: 'needs_reconnect', stateReason: 'revoked' },
      { where: { userId: teacher.id } },
    );
    expect(await status()).toEqual({
      state: 'needs_reconnect',
      words: expect.stringContaining('withdrawn at Zoom') as string,
      nextStep,
    });
  });
});

describe('renewing by hand', () => {
  const renew = async () => whatThePageSays(browser, await browser.submit(paths.zoomRefresh));

  it('renews a token that has life enough, and sees a licence that was bought', async () => {
    await connect(browser);
    await ZoomConnection.update({ licensed: false, zoomName: 'Old name' }, { where: { userId: teacher.id } });
    expect(refreshes()).toBe(0);
    expect(await renew()).toContain('renewed and works');
    expect(refreshes()).toBe(1);
    expect(await connectionOf(teacher.id)).toMatchObject({ licensed: true, zoomName: 'Ada Lovelace', version: 2 });
    expect((await site.website.audited()).at(-1)).toBe('oauth_refreshed');
  });

  it('is renewed all the same when Zoom will not say whose account it is', async () => {
    await connect(browser);
    site.zoom.control.addFault({ kind: 'status', operation: 'userMe', status: 503 });
    expect(await renew()).toContain('renewed and works');
    expect(await connectionOf(teacher.id)).toMatchObject({ state: 'connected', zoomEmail: ADA });
  });

  it.each([
    ['does not answer', { kind: 'reset', operation: 'tokenRefresh' } as const],
    ['has a fault', { kind: 'status', operation: 'tokenRefresh', status: 503 } as const],
    ['answers with a page of HTML', { kind: 'html', operation: 'tokenRefresh' } as const],
    ['is busy', { kind: 'status', operation: 'tokenRefresh', status: 429 } as const],
  ])('a Zoom that %s costs nothing: the old one stays', async (_case, fault) => {
    await connect(browser);
    const { accessToken } = site.zoom.control.tokensFor(ADA) ?? {};
    site.zoom.control.addFault(fault);
    expect(await renew()).toContain('your connection stays as it was');
    expect(await connectionOf(teacher.id)).toMatchObject({ state: 'connected', version: 1 });
    expect(site.zoom.control.tokensFor(ADA)?.accessToken).toBe(accessToken);
    expect((await site.website.audited()).at(-1)).toBe('oauth_refresh_failed');
  });

  it('waits for a slow answer', async () => {
    await connect(browser);
    site.zoom.control.addFault({ kind: 'slowReply', operation: 'tokenRefresh', delayMs: 1_500 });
    expect(await renew()).toContain('renewed and works');
  });

  it('an answer that is lost after Zoom has rotated means connecting again', async () => {
    await connect(browser);
    site.zoom.control.addFault({ kind: 'loseReply', operation: 'tokenRefresh', times: 1 });
    expect(await renew()).toContain('connect again');
    expect(await connectionOf(teacher.id)).toMatchObject({ state: 'needs_reconnect', stateReason: 'consent_dead' });
    site.zoom.control.clearFaults();
    expect(await connect(browser)).toContain('Zoom is connected');
  });

  it.each([
    ['revoked elsewhere', 4741, 'revoked', 'withdrawn at Zoom'],
    ['whose owner is gone', 4735, 'owner_gone', 'no longer exists'],
    ['of an account whose admin forbids the app', 4738, 'app_disabled', 'does not allow our app'],
  ])('a connection %s has to be made again', async (_case, code, stateReason, words) => {
    await connect(browser);
    site.zoom.control.addFault({ kind: 'oauthError', operation: 'tokenRefresh', code });
    expect(await renew()).toContain(words);
    expect(await connectionOf(teacher.id)).toMatchObject({ state: 'needs_reconnect', stateReason });
  });

  it.each([
    [4702, 'An admin has to check'],
    [4704, 'An admin has to check'],
    [4717, 'An admin must switch it on again'],
  ])('what an admin must mend (%s) costs no teacher the connection', async (code, words) => {
    await connect(browser);
    site.zoom.control.addFault({ kind: 'oauthError', operation: 'tokenRefresh', code });
    expect(await renew()).toContain(words);
    expect(await connectionOf(teacher.id)).toMatchObject({ state: 'connected', version: 1 });
  });

  it('finds that the same account has consented anew elsewhere: the older tokens are dead', async () => {
    await connect(browser);
    const app = await findZoomApp(site.deps);
    await exchangeCode(site.deps.logger, app, site.zoom.control.authorize(ADA), 'unused');
    expect(await renew()).toContain('connect again');
    expect(await connectionOf(teacher.id)).toMatchObject({ state: 'needs_reconnect' });
    expect(await connect(browser)).toContain('Zoom is connected');
  });

  it('has nothing to renew where nothing is connected', async () => {
    expect(await renew()).toContain('no connection to renew');
  });
});

describe('disconnecting', () => {
  beforeEach(() => connect(browser));

  it('asks first, and lists the classes that it hits', async () => {
    const hit = await buildClass('Fractions', { startsAt: addMinutes(new Date(), 60) });
    const page = parse(await browser.get(paths.zoomDisconnect));
    expect(page('h1').text()).toBe('Disconnect Zoom?');
    expect(page('.rows a').attr('href')).toBe(paths.startMeeting(hit.id));
    expect(page('main form button').text()).toBe('Disconnect Zoom');
    expect(await connectionOf(teacher.id)).toMatchObject({ state: 'connected' });
  });

  it('forgets everything of Zoom and gives the consent back', async () => {
    expect(await whatThePageSays(browser, await browser.submit(paths.zoomDisconnect))).toContain('is disconnected');
    expect(await connectionOf(teacher.id)).toMatchObject({
      state: 'disconnected',
      zoomUserId: null,
      zoomAccountId: null,
      zoomEmail: null,
      zoomName: null,
      scopes: null,
      accessTokenEncrypted: null,
      refreshTokenEncrypted: null,
      previousRefreshTokenEncrypted: null,
    });
    expect(site.zoom.control.tokensFor(ADA)).toBeUndefined();
    expect((await site.website.audited()).at(-1)).toBe('oauth_disconnected');
    const again = await browser.get(paths.zoomDisconnect);
    expect([again.status, again.headers['location']]).toEqual([303, paths.zoom]);
  });

  it('happens here also when Zoom does not answer', async () => {
    site.zoom.control.addFault({ kind: 'reset', operation: 'tokenRevoke' });
    expect(await whatThePageSays(browser, await browser.submit(paths.zoomDisconnect))).toContain('is disconnected');
    expect(await connectionOf(teacher.id)).toMatchObject({ state: 'disconnected', accessTokenEncrypted: null });
  });

  it('waits until a class with an open room is over', async () => {
    const classDate = await buildClass('Fractions', { state: 'live' });
    await buildMeeting(site.deps.encryption, classDate);
    const asked = parse(await browser.get(paths.zoomDisconnect));
    expect(asked('main form')).toHaveLength(0);
    expect(asked('main').text()).toContain('has an open room');
    await browser.submit(paths.zoomDisconnect);
    expect(await pageText()).toContain('has an open room');
    expect(await connectionOf(teacher.id)).toMatchObject({ state: 'connected' });
    await classDate.update({ state: 'settled' });
    await browser.submit(paths.zoomDisconnect);
    expect(await connectionOf(teacher.id)).toMatchObject({ state: 'disconnected' });
  });
});
