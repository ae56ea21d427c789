import { createHash } from 'node:crypto';
import type { AuthorizationCode, Grant } from '../core/types';
import type { World } from '../core/world';
import { OauthError, deadRefreshToken } from './errors';

const CODE_LIFE_MS = 5 * 60 * 1000;
const ACCESS_LIFE_SECONDS = 3600;
const REFRESH_LIFE_MS = 90 * 24 * 60 * 60 * 1000;

/** Old tokens are forgotten when a user holds more than this; a token lives an hour, so none of them works. */
const KEPT_ACCESS_TOKENS = 20;

export interface TokenReply {
  readonly access_token: string;
  readonly token_type: 'bearer';
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly scope: string;
  readonly api_url: string;
}

export function issueCode(world: World, code: Omit<AuthorizationCode, 'expiresAt'>): string {
  const text = world.ids.word(43);
  world.state.codes.set(text, { ...code, expiresAt: world.clock.now() + CODE_LIFE_MS });
  world.changed();
  return text;
}

/** A new consent: whatever tokens the user's grant had before are dead from now on. */
export function exchangeCode(world: World, text: string, redirectUri: string, verifier: string | undefined) {
  const code = world.state.codes.get(text);
  if (!code) throw new OauthError(400, `Invalid authorization code ${text}`, 'invalid_grant');
  if (code.redirectUri !== redirectUri) throw new OauthError(400, 'Redirect URI mismatch.', 'invalid_request');
  checkVerifier(code, verifier);
  world.state.codes.delete(text);
  if (code.expiresAt <= world.clock.now()) throw new OauthError(400, 'Authorization code is expired.', 'invalid_grant');
  refuseDisabled(world, code.userId);
  revokeGrant(world, code.userId);
  const grant: Grant = {
    userId: code.userId,
    scopes: code.scopes,
    accessTokens: [],
    refreshToken: '',
    grantedAt: world.clock.now(),
    refreshes: 0,
  };
  world.state.grants.set(code.userId, grant);
  return newTokens(world, grant);
}

/** Rotation: the token that was shown is dead at once, unless a grace period was asked for. */
export function refresh(world: World, token: string): TokenReply {
  const known = world.state.refreshTokens.get(token);
  const grant = known && world.state.grants.get(known.userId);
  const now = world.clock.now();
  if (!known || !grant || now - known.issuedAt > REFRESH_LIFE_MS) throw deadRefreshToken();
  if (known.diesAt !== null && known.diesAt <= now) throw deadRefreshToken();
  refuseDisabled(world, grant.userId);
  const graceMs = world.behaviour.refreshGraceSeconds * 1000;
  if (graceMs === 0) world.state.refreshTokens.delete(token);
  else world.state.refreshTokens.set(token, { ...known, diesAt: known.diesAt ?? now + graceMs });
  grant.refreshes++;
  return newTokens(world, grant);
}

/** Kills every token of the user. False when there were none. */
export function revokeGrant(world: World, userId: string): boolean {
  const grant = world.state.grants.get(userId);
  if (!grant) return false;
  for (const token of grant.accessTokens) world.state.accessTokens.delete(token);
  for (const [token, known] of world.state.refreshTokens) {
    if (known.userId === userId) world.state.refreshTokens.delete(token);
  }
  world.state.grants.delete(userId);
  world.changed();
  return true;
}

function newTokens(world: World, grant: Grant): TokenReply {
  const accessToken = tokenText(world);
  const refreshToken = tokenText(world);
  const now = world.clock.now();
  grant.accessTokens.push(accessToken);
  for (const old of grant.accessTokens.splice(0, grant.accessTokens.length - KEPT_ACCESS_TOKENS)) {
    world.state.accessTokens.delete(old);
  }
  grant.refreshToken = refreshToken;
  const expiresAt = now + ACCESS_LIFE_SECONDS * 1000;
  world.state.accessTokens.set(accessToken, { userId: grant.userId, scopes: grant.scopes, expiresAt });
  world.state.refreshTokens.set(refreshToken, { userId: grant.userId, issuedAt: now, diesAt: null });
  world.changed();
  return {
    access_token: accessToken,
    token_type: 'bearer',
    refresh_token: refreshToken,
    expires_in: ACCESS_LIFE_SECONDS - 1,
    scope: grant.scopes.join(' '),
    api_url: world.url,
  };
}

/** As long as Zoom's and of the same look. */
function tokenText(world: World): string {
  return `eyJzdiI6IjAwMDAwMiIsImFsZyI6IkhTNTEyIn0.${world.ids.word(520)}.${world.ids.word(86)}`;
}

function checkVerifier(code: AuthorizationCode, verifier: string | undefined): void {
  if (code.challenge === null) return;
  const shown =
    code.challengeMethod === 'S256'
      ? createHash('sha256')
          .update(verifier ?? '')
          .digest('base64url')
      : verifier;
  if (shown !== code.challenge) throw new OauthError(400, 'Code verifier does not match.', 'invalid_grant');
}

function refuseDisabled(world: World, userId: string): void {
  const accountId = world.user(userId)?.accountId ?? '';
  if (!world.behaviour.appDisabledFor.includes(accountId)) return;
  throw new OauthError(400, 'The app has been disabled by the account admin. (4738)', 'invalid_request');
}
