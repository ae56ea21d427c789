import { randomUUID } from 'node:crypto';
import type { Middleware } from 'koa';
import type { Deps } from '../deps';
import { maskSecrets } from '../observability/logger';
import type { AppState } from './context';

/** Names the request and logs it once it is answered; secrets in query strings are masked. */
export function requestLog({ logger }: Pick<Deps, 'logger'>): Middleware<AppState> {
  return async function requestLogMiddleware(ctx, next) {
    const startedAt = performance.now();
    ctx.state.requestId = randomUUID();
    ctx.set('X-Request-Id', ctx.state.requestId);
    await next();
    logger.info(
      {
        requestId: ctx.state.requestId,
        method: ctx.method,
        url: maskSecrets(ctx.url),
        status: ctx.status,
        tookMs: Math.round(performance.now() - startedAt),
      },
      'request',
    );
  };
}
