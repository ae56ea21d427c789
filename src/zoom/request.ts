import type { z } from 'zod';
import { ZoomMisconfigured, ZoomNeedsReconnect, ZoomRefused } from './errors';
import { freshToken, markDead, type FreshToken, type TokenDeps } from './freshToken';
import { isAllowedZoomUrl } from './hosts';
import { AccessTokenRefused, readReply, send, type HttpRequest } from './http';

export interface ApiRequest<Schema extends z.ZodType> {
  /** Zoom's operation id. */
  readonly operation: string;
  readonly method: HttpRequest['method'];
  /** Below /v2, with every part already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly schema: Schema;
}

/** Longer than Zoom's worst case, shorter than any activity's time-out. */
const TIMEOUT_MS = 25_000;
const UNAUTHORIZED = 401;
const INVALID_ACCESS_TOKEN = 124;

/**
 * Calls Zoom's API as a teacher. A refused access token is renewed once and the request repeated once, also when it
 * changes something: a 401 is a definite "not done".
 */
export async function callZoom<Schema extends z.ZodType>(
  deps: TokenDeps,
  userId: number,
  request: ApiRequest<Schema>,
): Promise<z.infer<Schema>> {
  const token = await freshToken(deps, userId);
  try {
    return await callWith(deps, token, request);
  } catch (error) {
    // A consent without a permission we need cannot be mended by refreshing.
    if (error instanceof ZoomNeedsReconnect) await markDead(deps, { userId, version: token.version }, error.reason);
    if (!(error instanceof AccessTokenRefused)) throw error;
  }
  const renewed = await freshToken(deps, userId, token.version);
  try {
    return await callWith(deps, renewed, request);
  } catch (error) {
    if (error instanceof AccessTokenRefused) throw new ZoomRefused(UNAUTHORIZED, INVALID_ACCESS_TOKEN);
    throw error;
  }
}

async function callWith<Schema extends z.ZodType>(
  deps: TokenDeps,
  { accessToken, apiUrl }: FreshToken,
  { operation, method, path, query, body, schema }: ApiRequest<Schema>,
): Promise<z.infer<Schema>> {
  const url = `${apiUrl}${path}${query ? `?${new URLSearchParams(query).toString()}` : ''}`;
  if (!isAllowedZoomUrl(deps.config, url)) {
    throw new ZoomMisconfigured('The API address is not on the list of allowed Zoom hosts', 'host');
  }
  const request: HttpRequest = {
    operation,
    method,
    url,
    headers: {
      authorization: `Bearer ${accessToken}`,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    timeoutMs: TIMEOUT_MS,
  };
  return readReply(request, await send(deps.logger, request), schema, deps.clock.now());
}
