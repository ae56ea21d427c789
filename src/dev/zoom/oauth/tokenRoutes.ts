import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Fault } from '../core/faults';
import { perform, type Reply } from '../core/perform';
import type { World } from '../core/world';
import { documentedError, OauthError } from './errors';
import { exchangeCode, refresh, revokeGrant } from './grants';

type Parameters = Readonly<Record<string, string | undefined>>;

/** POST /oauth/token and /oauth/revoke; parameters are taken from the body or the query, as Zoom does. */
export function addTokenRoutes(router: Router, world: World): void {
  router.post('/oauth/token', async (ctx) => {
    const parameters = readParameters(ctx);
    const operation = OPERATION_OF_GRANT[parameters.grant_type ?? ''] ?? 'token';
    const userId = subjectOf(world, parameters);
    await perform(world, ctx, {
      operation,
      host: world.user(userId)?.email ?? null,
      hostId: userId,
      work: () => orRefusal(() => grantTokens(world, ctx, parameters)),
      refusal: injectedRefusal,
    });
  });
  router.post('/oauth/revoke', async (ctx) => {
    const parameters = readParameters(ctx);
    const userId = subjectOf(world, parameters);
    await perform(world, ctx, {
      operation: 'tokenRevoke',
      host: world.user(userId)?.email ?? null,
      hostId: userId,
      work: () => orRefusal(() => revoke(world, ctx, parameters)),
      refusal: injectedRefusal,
    });
  });
}

const OPERATION_OF_GRANT: Readonly<Record<string, string>> = {
  authorization_code: 'tokenExchange',
  refresh_token: 'tokenRefresh',
};

function grantTokens(world: World, ctx: Context, parameters: Parameters): Reply {
  checkClient(world, ctx, parameters);
  const { grant_type, code, redirect_uri, code_verifier, refresh_token } = parameters;
  switch (grant_type) {
    case 'authorization_code':
      return { status: 200, body: exchangeCode(world, code ?? '', redirect_uri ?? '', code_verifier) };
    case 'refresh_token':
      return { status: 200, body: refresh(world, refresh_token ?? '') };
    case undefined:
      throw new OauthError(400, 'Missing grant type.', 'invalid_request');
    default:
      throw new OauthError(400, `Unsupported grant type: ${grant_type}`, 'unsupported_grant_type');
  }
}

function revoke(world: World, ctx: Context, parameters: Parameters): Reply {
  checkClient(world, ctx, parameters);
  const userId = subjectOf(world, parameters);
  if (!revokeGrant(world, userId)) throw new OauthError(400, 'Invalid Token!', 'invalid_request');
  return { status: 200, body: { status: 'success' } };
}

function injectedRefusal({ kind, code }: Fault): Reply | undefined {
  if (kind !== 'oauthError') return undefined;
  const { status, reason, error } = documentedError(code);
  return { status, body: { reason, error } };
}

function orRefusal(work: () => Reply): Reply {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OauthError)) throw error;
    return { status: error.status, body: { reason: error.reason, error: error.error } };
  }
}

/** @throws OauthError 401 unless the app's id and secret come by Basic or in the parameters */
function checkClient(world: World, ctx: Context, parameters: Parameters): void {
  const { clientId, clientSecret } = world.settings.app;
  const basic = /^Basic (.+)$/i.exec(ctx.get('authorization'))?.[1];
  const shown = basic
    ? Buffer.from(basic, 'base64').toString('utf8')
    : `${parameters.client_id ?? ''}:${parameters.client_secret ?? ''}`;
  if (shown === `${clientId}:${clientSecret}`) return;
  throw new OauthError(401, 'Invalid client_id or client_secret', 'invalid_client');
}

/** The user whom the shown code or token belongs to, or "". */
function subjectOf(world: World, parameters: Parameters): string {
  const { accessTokens, codes, refreshTokens } = world.state;
  const { code = '', refresh_token = '', token = '' } = parameters;
  const holder = codes.get(code) ?? refreshTokens.get(refresh_token || token) ?? accessTokens.get(token);
  return holder?.userId ?? '';
}

function readParameters(ctx: Context): Parameters {
  const body: unknown = ctx.request.body;
  const sent = { ...ctx.query, ...(typeof body === 'object' ? body : {}) };
  return Object.fromEntries(
    Object.entries(sent).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}
