import { Router } from '@koa/router';
import type { Context } from 'koa';
import type { SimulatedUser } from '../options';
import type { Fault } from '../core/faults';
import { perform, type Reply } from '../core/perform';
import type { World } from '../core/world';
import { ZoomApiError, meetingNotFound } from './errors';
import { OPERATIONS, type Operation } from './operations';
import { countCall, dailyLimit, perSecondLimit } from './quotas';
import { OPERATION_SCOPES } from './scopes';

const DEFAULT_LIST_LAG_MS = 60_000;

/** Zoom's REST API under /v2. */
export function apiRoutes(world: World): Router {
  const router = new Router({ prefix: '/v2' });
  for (const operation of OPERATIONS) {
    router.register(operation.path, [operation.method], async (ctx: Context & { params: Record<string, string> }) => {
      const bearer = readBearer(world, ctx.get('authorization'));
      await perform(world, ctx, {
        operation: operation.id,
        host: bearer.user?.email ?? null,
        hostId: bearer.user?.id,
        meetingId: Number(ctx.params.meetingId) || undefined,
        work: (faults) => orRefusal(() => run(world, ctx, operation, bearer, faults)),
        refusal: (fault) => apiRefusal(world, operation, ctx.params.meetingId ?? '', fault),
      });
    });
  }
  router.all('/*path', async (ctx) => {
    const body = { code: 2300, message: `This API endpoint is not recognized: ${ctx.path}` };
    await perform(world, ctx, { operation: 'unknown', host: null, work: () => ({ status: 404, body }) });
  });
  return router;
}

interface Bearer {
  readonly user?: SimulatedUser;
  readonly scopes: readonly string[];
  readonly problem?: string;
}

function readBearer(world: World, header: string): Bearer {
  const token = /^Bearer (.+)$/i.exec(header)?.[1] ?? '';
  const found = world.state.accessTokens.get(token);
  const user = found && world.user(found.userId);
  if (!found || !user) return { scopes: [], problem: 'Invalid access token.' };
  if (found.expiresAt <= world.clock.now()) return { user, scopes: [], problem: 'Access token is expired.' };
  return { user, scopes: found.scopes };
}

function run(
  world: World,
  ctx: Context & { params: Record<string, string> },
  operation: Operation,
  bearer: Bearer,
  faults: readonly Fault[],
): Reply {
  const { user } = bearer;
  if (!user || bearer.problem) throw new ZoomApiError(401, 124, bearer.problem ?? 'Invalid access token.');
  if (world.behaviour.appDisabledFor.includes(user.accountId)) throw appDisabled();
  requireScope(operation, bearer.scopes);
  const limits = countCall(world, user, operation.label);
  const lag = faults.find((fault) => fault.kind === 'listLag');
  try {
    const reply = operation.handle({
      world,
      user,
      params: ctx.params,
      query: singleValues(ctx.query),
      body: ctx.request.body,
      listLagMs: lag ? (lag.delayMs ?? DEFAULT_LIST_LAG_MS) : 0,
    });
    return { ...reply, headers: { ...limits, ...reply.headers } };
  } catch (error) {
    if (!(error instanceof ZoomApiError) || error.details.headers) throw error;
    return { status: error.status, body: error.body, headers: limits };
  }
}

function orRefusal(work: () => Reply): Reply {
  try {
    return work();
  } catch (error) {
    if (error instanceof ZoomApiError) return refusalOf(error);
    throw error;
  }
}

function refusalOf(error: ZoomApiError): Reply {
  return { status: error.status, body: error.body, headers: error.details.headers ?? {} };
}

function requireScope(operation: Operation, granted: readonly string[]): void {
  const accepted = OPERATION_SCOPES[operation.id];
  if (accepted.some((scope) => granted.includes(scope))) return;
  const [granular] = accepted;
  const named = granular.endsWith(':admin') ? granular : `${granular}, ${granular}:admin`;
  throw new ZoomApiError(400, 4711, `Invalid access token, does not contain scopes:[${named}].`);
}

function apiRefusal(world: World, operation: Operation, meetingId: string, fault: Fault): Reply | undefined {
  const error = INJECTED_ERRORS[fault.kind]?.(world, operation, meetingId, fault);
  return error && refusalOf(error);
}

type InjectedError = (world: World, operation: Operation, meetingId: string, fault: Fault) => ZoomApiError;

const INJECTED_ERRORS: Partial<Record<Fault['kind'], InjectedError>> = {
  rateLimitQps: (_world, { label }, _id, fault) => perSecondLimit(label, 30, fault.retryAfter),
  rateLimitDaily: (world, { label }, _id, fault) => dailyLimit(world, label, 6000, fault.retryAfter),
  falseNotFound: (_world, _operation, meetingId) => meetingNotFound(meetingId),
  invalidToken: () => new ZoomApiError(401, 124, 'Invalid access token.'),
  hostNotAllowed: () =>
    new ZoomApiError(400, 3161, 'Meeting hosting and scheduling capabilities are not allowed for your user account.'),
};

/** Zoom's page gives the code only; the wording is ours. */
function appDisabled(): ZoomApiError {
  return new ZoomApiError(400, 4738, 'The app has been disabled by the account admin.');
}

function singleValues(query: Record<string, string | string[] | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value].flat()[0]]));
}
