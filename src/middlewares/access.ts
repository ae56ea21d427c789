import type { RouterMiddleware } from '@koa/router';
import type { DefaultContext } from 'koa';
import { ForbiddenError } from '../errors';
import type { Role } from '../models/User';
import { paths } from '../routes/paths';
import type { AppState } from './context';

type Guard = RouterMiddleware<AppState, DefaultContext>;

/** Routes declare who may use them by one of these; test/policy fails for a route that has none. */
export const GUARDS = new WeakSet<object>();

/** Anybody, signed in or not. */
export function everybody(): Guard {
  return guard(async (_ctx, next) => {
    await next();
  });
}

/** Only people of that role; others are asked to sign in, or told that it is not for them. */
export function only(role: Role): Guard {
  return guard(async (ctx, next) => {
    const { user } = ctx.state;
    if (!user) {
      ctx.redirect(`${paths.login}?next=${encodeURIComponent(ctx.method === 'GET' ? ctx.url : '')}`);
      ctx.status = 303;
      return;
    }
    if (user.role !== role) throw new ForbiddenError(`This page is for ${role}s. Sign in with another account.`);
    await next();
  });
}

function guard(middleware: Guard): Guard {
  GUARDS.add(middleware);
  return middleware;
}
