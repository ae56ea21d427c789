import { setTimeout as sleep } from 'node:timers/promises';
import type { RouterMiddleware } from '@koa/router';
import type { DefaultContext } from 'koa';
import type { AppState } from '../../middlewares/context';

/** Longer than finding out takes. */
const REFUSAL_MS = 100;

/**
 * Every refusal is answered so long after its request came, so that the time it took does not say what was found: a link
 * nobody ever had, or one that is used up. The clock starts before anything is looked up; waiting for what is left of it
 * afterwards would round the difference instead of hiding it.
 */
export function constantTimeRefusals(): RouterMiddleware<AppState, DefaultContext> {
  return async function constantTimeRefusalsMiddleware(ctx, next) {
    const due = sleep(REFUSAL_MS, undefined, { ref: false });
    await next();
    if (ctx.status >= 400) await due;
  };
}
