import { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import getRawBody from 'raw-body';
import { interpretWebhookEvent } from '../../commands/interpretWebhookEvent';
import { receiveWebhook } from '../../commands/receiveWebhook';
import { writeAudit } from '../../commands/writeAudit';
import type { Deps } from '../../deps';
import { everybody } from '../../middlewares/access';
import type { AppContext, AppState } from '../../middlewares/context';
import { originOf } from '../../middlewares/originOf';
import { findWebhookSecrets } from '../../queries/findZoomSettings';
import { createFailureLimit, type FailureLimit } from '../../security/failureLimit';
import { parseEnvelope } from '../../zoom/webhookEvents';
import { answerUrlValidation, findSigningSecret } from '../../zoom/webhookSignature';
import { paths } from '../paths';

const MAX_BYTES = 256 * 1024;
/** Over all addresses: enough to see an attack or a wrong secret in the audit log, too few to fill it. */
const LIMIT = { name: 'webhook-signature', failures: 20, seconds: 60 };

/**
 * What Zoom tells us. Nothing is believed before its signature is checked over the raw bytes; nothing is acknowledged
 * before it is stored; nothing is interpreted before it is acknowledged (Zoom waits 3 s).
 */
export function webhookRoutes(deps: Deps): Router<AppState, DefaultContext> {
  const router = new Router<AppState, DefaultContext>();
  const limit = createFailureLimit(deps.db, LIMIT);
  router.post(paths.webhook, everybody(), (ctx) => receive(deps, limit, ctx));
  return router;
}

async function receive(deps: Deps, limit: FailureLimit, ctx: AppContext): Promise<void> {
  const body = await readBody(ctx);
  if (!body) return answer(ctx, 413, { error: 'Too large' });
  const secret = await signingSecret(deps, ctx, body);
  if (secret === null) {
    await auditBadSignature(deps, limit, ctx);
    return answer(ctx, 401, { error: 'Invalid signature' });
  }
  const envelope = parseEnvelope(parseJson(body));
  if (!envelope) return answer(ctx, 400, { error: 'Not an event' });
  if (envelope.event === 'endpoint.url_validation') {
    const validation = answerUrlValidation(envelope.plainToken, secret);
    if (!validation) return answer(ctx, 400, { error: 'Not a plain token' });
    // Zoom asks when the address is saved and every 72 hours, so a row each is no burden.
    await writeAudit(deps, originOf(ctx), { action: 'webhook_url_validated' }, null);
    return answer(ctx, 200, validation);
  }
  const eventId = await receiveWebhook(envelope, body, deps.clock.now());
  answer(ctx, 200, { status: 'success' });
  if (eventId !== null) ctx.res.once('finish', () => void interpretWebhookEvent(deps, eventId));
}

/** null when it is too large; the connection is closed then, whatever is still on its way. */
async function readBody(ctx: AppContext): Promise<Buffer | null> {
  try {
    const length = ctx.request.length;
    return await getRawBody(ctx.req, { limit: MAX_BYTES, ...(length === undefined ? {} : { length }) });
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    ctx.set('Connection', 'close');
    return null;
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'entity.too.large';
}

async function signingSecret(deps: Deps, ctx: AppContext, body: Buffer): Promise<string | null> {
  const signature = onlyHeader(ctx, 'x-zm-signature');
  const timestamp = onlyHeader(ctx, 'x-zm-request-timestamp');
  if (signature === null || timestamp === null) return null;
  return findSigningSecret({ signature, timestamp, body }, await findWebhookSecrets(deps), deps.clock.now());
}

/** A header that is sent twice could mean one thing to a proxy and another to us. */
function onlyHeader(ctx: AppContext, name: string): string | null {
  const [value, ...others] = ctx.req.headersDistinct[name] ?? [];
  return value === undefined || others.length > 0 ? null : value;
}

async function auditBadSignature(deps: Deps, limit: FailureLimit, ctx: AppContext): Promise<void> {
  if (await limit.count('all')) {
    await writeAudit(deps, originOf(ctx), { action: 'webhook_signature_failed' }, null);
  }
}

function answer(ctx: AppContext, status: number, body: object): void {
  ctx.status = status;
  ctx.body = body;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
