import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Logger } from '../observability/logger';
import { ZoomUnreachable } from './errors';
import { parseJson, send, type HttpReply } from './http';
import { noteRefusal, tokenError } from './oauthErrors';

export interface ZoomApp {
  /** https://zoom.us, or the stand-in */
  readonly oauthUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
}

const tokensSchema = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_in: z.number(),
  scope: z.string().default(''),
  api_url: z.string().optional(),
});

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** seconds */
  readonly expiresIn: number;
  readonly scopes: readonly string[];
  readonly apiUrl: string | null;
}

/** Zoom rotates before it answers, so a reply given up too early costs the connection: wait long, never hedge. */
const TOKEN_TIMEOUT_MS = 30_000;

/** PKCE, RFC 7636, S256. */
export function createPkce(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

export function authorizeUrl(app: ZoomApp, { state, challenge }: { state: string; challenge: string }): string {
  const url = new URL(`${app.oauthUrl}/oauth/authorize`);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: app.clientId,
    redirect_uri: app.redirectUri,
    state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  }).toString();
  return url.href;
}

/** @throws ZoomNeedsReconnect when the code is not (or no longer) good */
export function exchangeCode(logger: Logger, app: ZoomApp, code: string, verifier: string): Promise<Tokens> {
  return askForTokens(logger, app, 'exchangeCode', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: app.redirectUri,
    code_verifier: verifier,
  });
}

/** @throws ZoomNeedsReconnect when the refresh token is dead; ZoomUnreachable when nobody knows what became of it */
export function refreshTokens(logger: Logger, app: ZoomApp, refreshToken: string): Promise<Tokens> {
  return askForTokens(logger, app, 'refreshTokens', { grant_type: 'refresh_token', refresh_token: refreshToken });
}

/** Ends the consent at Zoom; kills the access and the refresh token. */
export async function revokeTokens(logger: Logger, app: ZoomApp, accessToken: string): Promise<void> {
  const reply = await post(logger, app, 'revokeTokens', `${app.oauthUrl}/oauth/revoke`, { token: accessToken });
  if (reply.status !== 200) throw new ZoomUnreachable(`revokeTokens: status ${reply.status}`);
}

async function askForTokens(
  logger: Logger,
  app: ZoomApp,
  operation: string,
  form: Record<string, string>,
): Promise<Tokens> {
  const reply = await post(logger, app, operation, `${app.oauthUrl}/oauth/token`, form);
  if (reply.status !== 200) {
    noteRefusal(logger, app, operation, reply);
    throw tokenError(operation, reply);
  }
  const parsed = tokensSchema.safeParse(parseJson(reply.text));
  if (!parsed.success) throw new ZoomUnreachable(`${operation}: the answer could not be read`);
  const { access_token, refresh_token, expires_in, scope, api_url } = parsed.data;
  return {
    accessToken: access_token,
    refreshToken: refresh_token,
    expiresIn: expires_in,
    scopes: scope.split(/[\s,]+/).filter(Boolean),
    apiUrl: api_url ?? null,
  };
}

async function post(
  logger: Logger,
  app: ZoomApp,
  operation: string,
  url: string,
  form: Record<string, string>,
): Promise<HttpReply> {
  const credentials = Buffer.from(`${app.clientId}:${app.clientSecret}`).toString('base64');
  try {
    return await send(logger, {
      operation,
      method: 'POST',
      url,
      headers: {
        authorization: `Basic ${credentials}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: new URLSearchParams(form).toString(),
      timeoutMs: TOKEN_TIMEOUT_MS,
    });
  } catch {
    throw new ZoomUnreachable(`${operation}: no answer`);
  }
}
