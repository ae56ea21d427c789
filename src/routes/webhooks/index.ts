import { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import getRawBody from 'raw-body';
import { interpretWebhookEvent } from '../../commands/interpretWebhookEvent';
import { receiveWebhook } from '../../commands/receiveWebhook';
import { createWebhookAlarm, type WebhookAlarm } from '../../commands/webhookAlarm';
import { writeAudit } from '../../commands/writeAudit';
import type { Deps } from '../../deps';
import { everybody } from '../../middlewares/access';
import type { AppContext, AppState } from '../../middlewares/context';
import { originOf } from '../../middlewares/originOf';
import { findWebhookSecrets } from '../../queries/findZoomSettings';
import { createFailureLimit, type FailureLimit } from '../../security/failureLimit';
import { parseEnvelope } from '../../zoom/webhookEvents';
import {
  answerUrlValidation,
  findSigningSecret,
  mayBeRight,
  whyRefused,
  type SignedRequest,
} from '../../zoom/webhookSignature';
import { paths } from '../paths';

const MAX_BYTES = 256 * 1024;
/** Zoom gives a delivery up after 3 s; who is slower than this is not Zoom. */
const MAX_MS = 5_000;
/** What waits beyond this is left to the workers' relay. */
const MAX_WAITING = 1_000;
/** A secret that is taken away counts for no longer than this in any process. */
const SECRETS_MS = 2_000;
/** Before a request is refused they are read again, but no more often than this, however many made-up signatures come. */
const REREADS_A_SECOND = 10;
/** Over all addresses: enough to see an attack or a wrong secret in the audit log, too few to fill it. */
const LIMIT = { name: 'webhook-signature', failures: 20, seconds: 60 };

interface Receiver {
  readonly deps: Deps;
  /** deliveries that are not answered yet */
  underWay: number;
  /** stored events that are still to be interpreted */
  readonly waiting: number[];
  interpreting: boolean;
  secrets: { readonly read: readonly string[]; readonly at: number };
  /** because of signatures that fitted none, in this second */
  readonly rereads: { since: number; count: number };
  /** under way for all who found the secrets too old */
  renewal: Promise<void> | null;
  readonly limit: FailureLimit;
  readonly alarm: WebhookAlarm;
}

/**
 * What Zoom tells us. Nothing is believed before its signature is checked over the raw bytes; nothing is acknowledged
 * before it is stored; nothing is interpreted before it is acknowledged (Zoom waits 3 s).
 */
export function webhookRoutes(deps: Deps): Router<AppState, DefaultContext> {
  const router = new Router<AppState, DefaultContext>();
  const receiver: Receiver = {
    deps,
    underWay: 0,
    waiting: [],
    interpreting: false,
    secrets: { read: [], at: -Infinity },
    rereads: { since: -Infinity, count: 0 },
    renewal: null,
    limit: createFailureLimit(deps.db, LIMIT),
    alarm: createWebhookAlarm(deps),
  };
  router.post(paths.webhook, everybody(), (ctx) => {
    receiver.underWay += 1;
    ctx.res.once('close', () => {
      receiver.underWay -= 1;
      void interpretWaiting(receiver);
    });
    return receive(receiver, ctx);
  });
  return router;
}

async function receive(receiver: Receiver, ctx: AppContext): Promise<void> {
  const { deps, alarm } = receiver;
  const body = await readBody(ctx);
  if ('status' in body) return answer(ctx, body.status, { error: body.error });
  const request = signedRequest(ctx, body);
  const secret = request && (await findSecret(receiver, request));
  if (secret === null) {
    await noteRefusal(receiver, ctx, request);
    return answer(ctx, 401, { error: 'Invalid signature' });
  }
  ctx.res.once('finish', () => void alarm.heard());
  const envelope = parseEnvelope(parseJson(body));
  if (!envelope) return answer(ctx, 400, { error: 'Not an event' });
  if (envelope.event === 'endpoint.url_validation') {
    const validation = answerUrlValidation(envelope.plainToken, secret);
    if (!validation) return answer(ctx, 400, { error: 'Not a plain token' });
    // Zoom asks when the address is saved and every 72 hours, so a row each is no burden.
    await writeAudit(deps, originOf(ctx), { action: 'webhook_url_validated' }, null);
    return answer(ctx, 200, validation);
  }
  const eventId = await receiveWebhook(deps, envelope, body, deps.clock.now());
  answer(ctx, 200, { status: 'success' });
  if (eventId !== null && receiver.waiting.length < MAX_WAITING) receiver.waiting.push(eventId);
}

/** While more come in, answering them is all there is time for. */
async function interpretWaiting(receiver: Receiver): Promise<void> {
  if (receiver.interpreting) return;
  receiver.interpreting = true;
  while (receiver.underWay === 0) {
    const eventId = receiver.waiting.shift();
    if (eventId === undefined) break;
    await interpretWebhookEvent(receiver.deps, eventId);
  }
  receiver.interpreting = false;
}

interface Refusal {
  readonly status: number;
  readonly error: string;
}

const UNREADABLE: Readonly<Record<string, Refusal>> = {
  'entity.too.large': { status: 413, error: 'Too large' },
  'request.aborted': { status: 400, error: 'Broken off' },
  'request.size.invalid': { status: 400, error: 'Broken off' },
};

/** What it is refused with instead when it is too large or too slow; the connection is closed then. */
async function readBody(ctx: AppContext): Promise<Buffer | Refusal> {
  const read = await new Promise<Buffer | Refusal>((resolve, reject) => {
    const deadline = setTimeout(() => resolve({ status: 408, error: 'Too slow' }), MAX_MS);
    const length = ctx.request.length;
    getRawBody(ctx.req, { limit: MAX_BYTES, ...(length === undefined ? {} : { length }) })
      .finally(() => clearTimeout(deadline))
      .then(resolve, (error: unknown) => {
        const refusal = error instanceof Error && 'type' in error ? UNREADABLE[String(error.type)] : undefined;
        if (refusal) resolve(refusal);
        else reject(error instanceof Error ? error : new Error('The body could not be read.'));
      });
  });
  if ('status' in read) ctx.set('Connection', 'close');
  return read;
}

/** null when a header is missing or there twice */
function signedRequest(ctx: AppContext, body: Buffer): SignedRequest | null {
  const signature = onlyHeader(ctx, 'x-zm-signature');
  const timestamp = onlyHeader(ctx, 'x-zm-request-timestamp');
  return signature === null || timestamp === null ? null : { signature, timestamp, body };
}

/** A header that is sent twice could mean one thing to a proxy and another to us. */
function onlyHeader(ctx: AppContext, name: string): string | null {
  const [value, ...others] = ctx.req.headersDistinct[name] ?? [];
  return value === undefined || others.length > 0 ? null : value;
}

/** The secrets are read again once in a while, and before anything is refused because of them. */
async function findSecret(receiver: Receiver, request: SignedRequest): Promise<string | null> {
  const { clock, config } = receiver.deps;
  const window = { now: clock.now(), seconds: config.zoom.webhookWindowSeconds };
  if (performance.now() - receiver.secrets.at >= SECRETS_MS) await renewSecrets(receiver);
  const found = findSigningSecret(request, receiver.secrets.read, window);
  if (found !== null) return found;
  if (!mayBeRight(request, window) || !mayReread(receiver)) return null;
  await readSecrets(receiver);
  return findSigningSecret(request, receiver.secrets.read, window);
}

function mayReread({ rereads }: Receiver): boolean {
  const now = performance.now();
  if (now - rereads.since >= 1_000) Object.assign(rereads, { since: now, count: 0 });
  rereads.count += 1;
  return rereads.count <= REREADS_A_SECOND;
}

/** One read for all who wait for it; a burst would read them once each. */
async function renewSecrets(receiver: Receiver): Promise<void> {
  receiver.renewal ??= readSecrets(receiver).finally(() => {
    receiver.renewal = null;
  });
  await receiver.renewal;
}

async function readSecrets(receiver: Receiver): Promise<void> {
  receiver.secrets = { read: await findWebhookSecrets(receiver.deps), at: performance.now() };
}

async function noteRefusal(
  { deps, secrets, limit, alarm }: Receiver,
  ctx: AppContext,
  request: SignedRequest | null,
): Promise<void> {
  const why = whyRefused(request, secrets.read);
  if (await limit.count('all')) {
    await writeAudit(deps, originOf(ctx), { action: 'webhook_signature_failed', metadata: { why } }, null);
  }
  await alarm.refused({ looksLikeZoom: why !== 'not_signed' });
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
