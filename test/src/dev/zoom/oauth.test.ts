import { createHash, randomBytes } from 'node:crypto';
import { load } from 'cheerio';
import { ALL_SCOPES } from '../../../../src/dev/zoom/api/scopes';
import { ADA, APP, BASIC_AUTH, REDIRECT_URI, call, closeAll, connect, startZoom, token } from './zoomHarness';

afterEach(closeAll);

const authorizeUrl = (zoom: { url: string }, more: Record<string, string> = {}) =>
  `${zoom.url}/oauth/authorize?${new URLSearchParams({
    response_type: 'code',
    client_id: APP.clientId,
    redirect_uri: REDIRECT_URI,
    state: 'the-state',
    ...more,
  }).toString()}`;

describe('the consent page', () => {
  it('lists the users and sends the browser back with a code and the state', async () => {
    const zoom = await startZoom();
    const page = load(await (await fetch(authorizeUrl(zoom))).text());
    expect(page('input[name=email]')).toHaveLength(6);
    const form = new URLSearchParams({ decision: 'allow', email: ADA, scope: 'meeting:write:meeting' });
    page('input[type=hidden]').each((_index, field) => {
      form.set(page(field).attr('name') ?? '', page(field).attr('value') ?? '');
    });
    const answer = await fetch(`${zoom.url}/oauth/authorize`, { method: 'POST', body: form, redirect: 'manual' });
    expect(answer.status).toBe(302);
    const target = new URL(answer.headers.get('location') ?? '');
    expect(target.searchParams.get('state')).toBe('the-state');
    const code = target.searchParams.get('code') ?? '';
    const tokens = await token(zoom, { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI });
    expect(tokens.status).toBe(200);
    expect(tokens.json.scope).toBe('meeting:write:meeting');
    expect(tokens.json.api_url).toBe(zoom.url);
  });

  it('grants everything that is ticked, however many permissions that are', async () => {
    const zoom = await startZoom();
    const form = new URLSearchParams(new URL(authorizeUrl(zoom)).search);
    form.set('decision', 'allow');
    form.set('email', ADA);
    for (const scope of ALL_SCOPES) form.append('scope', scope);
    const answer = await fetch(`${zoom.url}/oauth/authorize`, { method: 'POST', body: form, redirect: 'manual' });
    const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
    const tokens = await token(zoom, { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI });
    expect(tokens.json.scope).toBe(ALL_SCOPES.join(' '));
  });

  it('answers a refusal with access_denied', async () => {
    const zoom = await startZoom();
    const form = new URLSearchParams(new URL(authorizeUrl(zoom)).search);
    form.set('decision', 'deny');
    const answer = await fetch(`${zoom.url}/oauth/authorize`, { method: 'POST', body: form, redirect: 'manual' });
    expect(answer.headers.get('location')).toBe(`${REDIRECT_URI}?error=access_denied&state=the-state`);
  });

  it('shows a page, and does not redirect, for a redirect address that is not registered', async () => {
    const zoom = await startZoom();
    const answer = await fetch(authorizeUrl(zoom, { redirect_uri: `${REDIRECT_URI}/` }), { redirect: 'manual' });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('Invalid redirect');
  });

  it('lets a named user in without asking when told to', async () => {
    const zoom = await startZoom();
    zoom.control.setBehaviour({ autoAllow: ADA });
    const answer = await fetch(authorizeUrl(zoom), { redirect: 'manual' });
    expect(answer.headers.get('location')).toMatch(/\?code=\w+&state=the-state$/);
  });
});

describe('PKCE', () => {
  const verifier = randomBytes(32).toString('base64url');
  const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
  const exchange = { grant_type: 'authorization_code', redirect_uri: REDIRECT_URI };

  it('takes the right S256 verifier and no other', async () => {
    const zoom = await startZoom();
    const code = zoom.control.authorize(ADA, { codeChallenge, codeChallengeMethod: 'S256' });
    for (const wrong of [{}, { code_verifier: codeChallenge }]) {
      const refused = await token(zoom, { ...exchange, code, ...wrong });
      expect(refused.status).toBe(400);
      expect(refused.json.error).toBe('invalid_grant');
    }
    expect((await token(zoom, { ...exchange, code, code_verifier: verifier })).status).toBe(200);
  });

  it('takes a plain verifier', async () => {
    const zoom = await startZoom();
    const code = zoom.control.authorize(ADA, { codeChallenge: verifier, codeChallengeMethod: 'plain' });
    expect((await token(zoom, { ...exchange, code, code_verifier: verifier })).status).toBe(200);
  });
});

describe('codes and tokens', () => {
  it('takes a code once, and not after five minutes', async () => {
    const zoom = await startZoom();
    const exchange = { grant_type: 'authorization_code', redirect_uri: REDIRECT_URI };
    const code = zoom.control.authorize(ADA);
    expect((await token(zoom, { ...exchange, code })).status).toBe(200);
    expect((await token(zoom, { ...exchange, code })).json.error).toBe('invalid_grant');
    const late = zoom.control.authorize(ADA);
    zoom.control.advanceClock(301_000);
    expect((await token(zoom, { ...exchange, code: late })).json.reason).toBe('Authorization code is expired.');
  });

  it('rotates refresh tokens: the old one is dead at once', async () => {
    const zoom = await startZoom();
    const first = (await connect(zoom, ADA)).json;
    const second = await token(zoom, { grant_type: 'refresh_token', refresh_token: first.refresh_token });
    expect(second.status).toBe(200);
    expect(second.json.refresh_token).not.toBe(first.refresh_token);
    const reused = await token(zoom, { grant_type: 'refresh_token', refresh_token: first.refresh_token });
    expect(reused.status).toBe(400);
    expect(reused.json).toEqual({ reason: 'Invalid Token!', error: 'invalid_grant' });
    expect(zoom.control.tokensFor(ADA)?.refreshes).toBe(1);
  });

  it('kills earlier tokens when the user consents again', async () => {
    const zoom = await startZoom();
    const first = (await connect(zoom, ADA)).json;
    await connect(zoom, ADA);
    const reply = await fetch(`${zoom.url}/v2/users/me`, {
      headers: { authorization: `Bearer ${first.access_token}` },
    });
    expect(reply.status).toBe(401);
    expect(await reply.json()).toEqual({ code: 124, message: 'Invalid access token.' });
    const refreshed = await token(zoom, { grant_type: 'refresh_token', refresh_token: first.refresh_token });
    expect(refreshed.json.error).toBe('invalid_grant');
  });

  it('loses the reply after rotating when asked to', async () => {
    const zoom = await startZoom();
    const { refresh_token } = (await connect(zoom, ADA)).json;
    zoom.control.addFault({ kind: 'loseReply', operation: 'tokenRefresh', times: 1 });
    await expect(token(zoom, { grant_type: 'refresh_token', refresh_token })).rejects.toThrow();
    const again = await token(zoom, { grant_type: 'refresh_token', refresh_token });
    expect(again.json.error).toBe('invalid_grant');
    expect(zoom.control.calls('tokenRefresh').map((one) => [one.status, one.replyLost])).toEqual([
      [200, true],
      [400, false],
    ]);
  });

  it('refuses a wrong secret with 401 invalid_client', async () => {
    const zoom = await startZoom();
    const wrong = `Basic ${Buffer.from('test-client:nope').toString('base64')}`;
    const reply = await token(zoom, { grant_type: 'refresh_token', refresh_token: 'x' }, wrong);
    expect(reply.status).toBe(401);
    expect(reply.json).toEqual({ reason: 'Invalid client_id or client_secret', error: 'invalid_client' });
  });

  it('refuses a connected account once its admin has disabled the app', async () => {
    const zoom = await startZoom();
    const { refresh_token } = (await connect(zoom, ADA)).json;
    const { account_id } = (await call(zoom, ADA, 'GET', '/users/me')).json;
    zoom.control.setBehaviour({ appDisabledFor: [account_id] });
    expect((await token(zoom, { grant_type: 'refresh_token', refresh_token })).json.reason).toContain('4738');
    expect((await call(zoom, ADA, 'GET', '/users/me')).json.code).toBe(4738);
  });

  it('sends everybody back with an error when told to', async () => {
    const zoom = await startZoom();
    zoom.control.setBehaviour({ autoAllow: ADA, consentError: 'server_error' });
    const answer = await fetch(authorizeUrl(zoom), { redirect: 'manual' });
    expect(answer.headers.get('location')).toBe(`${REDIRECT_URI}?error=server_error&state=the-state`);
  });

  it.each([
    [4702, 401, 'invalid_client'],
    [4709, 400, 'invalid_request'],
    [4741, 400, 'invalid_grant'],
  ])('refuses as documented under %s when told to, and does nothing', async (code, status, error) => {
    const zoom = await startZoom();
    const { refresh_token } = (await connect(zoom, ADA)).json;
    zoom.control.addFault({ kind: 'oauthError', operation: 'tokenRefresh', code, times: 1 });
    const refused = await token(zoom, { grant_type: 'refresh_token', refresh_token });
    expect([refused.status, refused.json.error]).toEqual([status, error]);
    expect((await token(zoom, { grant_type: 'refresh_token', refresh_token })).status).toBe(200);
  });

  it('revokes by access token', async () => {
    const zoom = await startZoom();
    const { access_token, refresh_token } = (await connect(zoom, ADA)).json;
    const revoked = await fetch(`${zoom.url}/oauth/revoke?token=${access_token}`, {
      method: 'POST',
      headers: { authorization: BASIC_AUTH },
    });
    expect(await revoked.json()).toEqual({ status: 'success' });
    expect((await token(zoom, { grant_type: 'refresh_token', refresh_token })).status).toBe(400);
  });
});

describe('using a token', () => {
  it('says which scope is missing', async () => {
    const zoom = await startZoom();
    await connect(zoom, ADA, ['user:read:user']);
    const reply = await call(zoom, ADA, 'POST', '/users/me/meetings', {});
    expect(reply.status).toBe(400);
    expect(reply.json).toEqual({
      code: 4711,
      message: 'Invalid access token, does not contain scopes:[meeting:write:meeting, meeting:write:meeting:admin].',
    });
  });

  it('expires access tokens after an hour', async () => {
    const zoom = await startZoom();
    await connect(zoom, ADA);
    zoom.control.advanceClock(3_600_000);
    const reply = await call(zoom, ADA, 'GET', '/users/me');
    expect(reply.status).toBe(401);
    expect(reply.json).toEqual({ code: 124, message: 'Access token is expired.' });
  });

  it('knows nobody but the owner of the token', async () => {
    const zoom = await startZoom();
    const me = await call(zoom, ADA, 'GET', '/users/me');
    expect(me.json).toMatchObject({ email: ADA, type: 2, account_id: 'PX5yQ8rSTbeKcW2nGm1vLA' });
    expect(me.json.id).toHaveLength(22);
    expect((await call(zoom, ADA, 'GET', '/users/nobody')).json.code).toBe(1001);
    expect((await call(zoom, ADA, 'GET', '/users/grace.hopper@teachers.example')).json.code).toBe(1010);
  });

  it('never writes a token or secret into the call log', async () => {
    const zoom = await startZoom();
    const { access_token, refresh_token } = (await connect(zoom, ADA)).json;
    await token(zoom, { grant_type: 'refresh_token', refresh_token });
    await fetch(`${zoom.url}/oauth/revoke?token=${access_token}`, { method: 'POST' });
    const log = JSON.stringify(zoom.control.calls());
    expect(log).toContain('[masked]');
    for (const secret of [access_token, refresh_token, APP.clientSecret]) expect(log).not.toContain(secret);
  });
});
