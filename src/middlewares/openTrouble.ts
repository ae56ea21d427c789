import type { Middleware } from 'koa';
import { countOpenIncidents } from '../queries/findIncidents';
import type { AppState } from './context';

/** Tells every page an admin opens how much is wrong just now. */
export function openTrouble(): Middleware<AppState> {
  return async function openTroubleMiddleware(ctx, next) {
    const isPage = ctx.method === 'GET' && ctx.accepts('html') === 'html';
    if (isPage && ctx.state.user?.role === 'admin') ctx.state.openTrouble = await countOpenIncidents();
    await next();
  };
}
