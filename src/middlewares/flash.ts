import type { Middleware } from 'koa';
import type { AppContext, AppState, Flash } from './context';
import { sessionOf } from './sessionOf';

/** Hands the messages of the request before to this one, once. */
export function flash(): Middleware<AppState> {
  return async function flashMiddleware(ctx, next) {
    const session = sessionOf(ctx);
    const left = session?.flash ?? [];
    ctx.state.flash = left;
    if (session && left.length > 0 && ctx.method === 'GET') delete session.flash;
    await next();
  };
}

/** Sends the browser on after a good POST, with a word about it. */
export function redirectWithFlash(ctx: AppContext, to: string, text: string, kind: Flash['kind'] = 'good'): void {
  const session = sessionOf(ctx);
  if (session) session.flash = [...(session.flash ?? []), { kind, text }];
  ctx.redirect(to);
  ctx.status = 303;
}
