import type { RouterMiddleware } from '@koa/router';
import type { DefaultContext } from 'koa';
import { Op } from 'sequelize';
import type { AuditOrigin } from '../commands/writeAudit';
import type { Deps } from '../deps';
import type { ApiScope } from '../domain/apiScopes';
import { AppError } from '../errors';
import { ApiKey } from '../models/ApiKey';
import { hashApiKeySecret, looksLikeApiKey } from '../security/apiKeySecret';
import { CALL_WINDOW_SECONDS, createCallLimit, type Allowance } from '../security/callLimit';
import { createFailureLimit } from '../security/failureLimit';
import { networkOf } from '../security/networkOf';
import { GUARDS } from './access';
import type { AppContext, AppState } from './context';
import { originOf } from './originOf';

type Guard = RouterMiddleware<AppState, DefaultContext>;

/** Wrong keys from one address: enough for a slip, too few to try keys out. */
const FAILURES = { name: 'api-key', failures: 100, seconds: 600 };
/** When a key was last used is known to this. */
const USED_EVERY_MS = 60_000;
const CHALLENGE = { 'WWW-Authenticate': 'Bearer realm="DreamCrowd Live"' };

/** Makes guards for routes that programs call: with a good key that has the scope, and not more often than it may. */
export function apiKeyGuards(deps: Deps): (scope: ApiScope) => Guard {
  const failures = createFailureLimit(deps.db, FAILURES);
  const calls = createCallLimit(deps.db);
  return (scope) => {
    const guard: Guard = async (ctx, next) => {
      const key = await findKey(ctx, deps.clock.now());
      if (!key) await refuse(ctx, failures);
      else {
        announce(ctx, key, await calls.count(key.id, key.callsAMinute));
        if (!key.may(scope)) throw lacksScope(scope);
        await noteUse(key, deps.clock.now());
        ctx.state.apiKey = key;
        await next();
      }
    };
    GUARDS.add(guard);
    return guard;
  };
}

/** The key of a route that only keys open. */
export function apiKeyOf(ctx: AppContext): ApiKey {
  if (!ctx.state.apiKey) throw new Error('This route has no guard that asks for a key.');
  return ctx.state.apiKey;
}

/** The key is whoever did it, for the audit log. */
export function apiOriginOf(ctx: AppContext): AuditOrigin {
  return { ...originOf(ctx), userId: null, apiKeyId: apiKeyOf(ctx).id };
}

async function findKey(ctx: AppContext, now: Date): Promise<ApiKey | null> {
  const [, secret = ''] = /^Bearer +(\S+)$/i.exec(ctx.get('Authorization')) ?? [];
  if (!looksLikeApiKey(secret)) return null;
  const key = await ApiKey.findOne({ where: { secretHash: hashApiKeySecret(secret) } });
  return key?.isGood(now) ? key : null;
}

async function refuse(ctx: AppContext, failures: ReturnType<typeof createFailureLimit>): Promise<never> {
  const address = originOf(ctx).ipAddress;
  if (address !== null && !(await failures.count(networkOf(address)))) {
    const wait = { 'Retry-After': String(FAILURES.seconds) };
    throw new AppError(429, 'too_many_wrong_keys', 'Too many calls without a good key came from this network.', wait);
  }
  const message = 'Send a good key: “Authorization: Bearer dcl_…”. It may have been withdrawn, or have run out.';
  throw new AppError(401, 'unauthorized', message, CHALLENGE);
}

/** @throws AppError 429 */
function announce(ctx: AppContext, key: ApiKey, { allowed, remaining, seconds }: Allowance): void {
  ctx.set('RateLimit-Policy', `"key";q=${key.callsAMinute};w=${CALL_WINDOW_SECONDS}`);
  ctx.set('RateLimit', `"key";r=${remaining};t=${seconds}`);
  if (allowed) return;
  const message = `This key may call ${key.callsAMinute} times a minute. Call again in ${seconds} s.`;
  throw new AppError(429, 'too_many_calls', message, { 'Retry-After': String(seconds) });
}

function lacksScope(scope: ApiScope): AppError {
  const challenge = `${CHALLENGE['WWW-Authenticate']}, error="insufficient_scope", scope="${scope}"`;
  const message = `This key lacks the scope ${scope}.`;
  return new AppError(403, 'insufficient_scope', message, { 'WWW-Authenticate': challenge });
}

async function noteUse({ id, lastUsedAt }: ApiKey, now: Date): Promise<void> {
  const staleBefore = new Date(now.getTime() - USED_EVERY_MS);
  if (lastUsedAt !== null && lastUsedAt > staleBefore) return;
  const stale = { [Op.or]: [{ lastUsedAt: null }, { lastUsedAt: { [Op.lte]: staleBefore } }] };
  await ApiKey.update({ lastUsedAt: now }, { where: { id, ...stale }, silent: true });
}
