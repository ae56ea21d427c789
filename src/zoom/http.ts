import type { z } from 'zod';
import type { Logger } from '../observability/logger';
import {
  ZoomDailyLimit,
  ZoomError,
  ZoomNeedsReconnect,
  ZoomNotFound,
  ZoomRateLimited,
  ZoomRefused,
  ZoomUnknownOutcome,
  ZoomUnreachable,
  type DailyLimitOf,
} from './errors';

export interface HttpRequest {
  /** What is being done, for the log: Zoom's operation id. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A 401 to an API call: the access token is not (or no longer) good. Caught by the client, which renews it once. */
export class AccessTokenRefused extends ZoomError {
  override readonly name = 'AccessTokenRefused';
}

const SECOND_MS = 1_000;

/** Sends one request and reads the whole answer. Zoom's tracking id is logged; its support asks for it. */
export async function send(logger: Logger, request: HttpRequest): Promise<HttpReply> {
  const { operation, method, url, headers, body, timeoutMs } = request;
  const startedAt = performance.now();
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const trackingId = response.headers.get('x-zm-trackingid');
    const tookMs = Math.round(performance.now() - startedAt);
    logger.info({ operation, status: response.status, trackingId, tookMs }, 'zoom answered');
    return { status: response.status, headers: response.headers, text };
  } catch {
    // fetch's own error can quote the URL; its kind is all we need.
    const tookMs = Math.round(performance.now() - startedAt);
    logger.warn({ operation, tookMs }, 'zoom gave no answer');
    throw noAnswer(method, operation);
  }
}

/** Parses a good answer, or throws the typed error of a bad one. `now` is for limits that name no instant. */
export function readReply<Schema extends z.ZodType>(
  request: HttpRequest,
  reply: HttpReply,
  schema: Schema,
  now: Date,
): z.infer<Schema> {
  if (reply.status < 200 || reply.status >= 300) throw errorOf(request, reply, now);
  const parsed = schema.safeParse(reply.text === '' ? undefined : parseJson(reply.text));
  if (!parsed.success) throw noAnswer(request.method, request.operation);
  return parsed.data;
}

function noAnswer(method: HttpRequest['method'], operation: string): ZoomError {
  const message = `${operation}: no definite answer`;
  return method === 'GET' ? new ZoomUnreachable(message) : new ZoomUnknownOutcome(message);
}

const MEETINGS_A_DAY = /meetings can be created\/updated for a single user in one day/i;

/** @see https://developers.zoom.us/docs/api/errors/ */
function errorOf(request: HttpRequest, { status, headers, text }: HttpReply, now: Date): ZoomError {
  const { code, message } = zoomCode(text);
  if (status === 429) return limitOf(headers, message, now);
  // The same limit by its other name, in Zoom's own description of its API.
  if (MEETINGS_A_DAY.test(message)) return new ZoomDailyLimit(nextUtcMidnight(now), 'host');
  if (status >= 500 || status === 408) return noAnswer(request.method, request.operation);
  // 4711 (4700 in some documents): the token lacks a scope, which only a new consent can add.
  if (code === 4711 || code === 4700) return new ZoomNeedsReconnect('scopes_missing');
  if (status === 401) return new AccessTokenRefused(`${request.operation}: access token refused`);
  if (status === 404) return new ZoomNotFound(`${request.operation}: not found (code ${code ?? 'none'})`);
  return new ZoomRefused(status, code);
}

function zoomCode(text: string): { code: number | null; message: string } {
  const body = parseJson(text);
  if (typeof body !== 'object' || body === null) return { code: null, message: '' };
  const code = 'code' in body && typeof body.code === 'number' ? body.code : null;
  return { code, message: 'message' in body && typeof body.message === 'string' ? body.message : '' };
}

/**
 * Daily limits come with a Retry-After that is an ISO date, or (the 100 a day per host) with no header at all, so the
 * text decides; every other 429 is about this second.
 */
function limitOf(headers: Headers, message: string, now: Date): ZoomError {
  const retryAfter = headers.get('retry-after');
  const stated = retryAfter === null ? NaN : retryAfterInstant(retryAfter, now);
  const daily = /daily rate limit/i.test(message) || headers.get('x-ratelimit-type') === 'Daily-limit';
  if (daily)
    return new ZoomDailyLimit(Number.isNaN(stated) ? nextUtcMidnight(now) : new Date(stated), countedFor(message));
  const jitterMs = Math.random() * SECOND_MS;
  return new ZoomRateLimited(new Date(Number.isNaN(stated) ? now.getTime() + SECOND_MS + jitterMs : stated));
}

/** Only the text says whom it concerns: nobody else of the account must wait for what one host or one registrant has used up. */
function countedFor(message: string): DailyLimitOf {
  if (/registrant/i.test(message)) return 'registrant';
  return /particular user|single user/i.test(message) ? 'host' : 'account';
}

function retryAfterInstant(value: string, now: Date): number {
  return /^\d+$/.test(value) ? now.getTime() + Number(value) * SECOND_MS : Date.parse(value);
}

function nextUtcMidnight(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1));
}

/** Zoom also answers with HTML and XML; whatever is not JSON is no answer. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
