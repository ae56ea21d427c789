import type { Middleware } from 'koa';
import { User } from '../models/User';
import type { AppState } from './context';
import { sessionOf } from './sessionOf';

/** Puts the signed-in user on the state; a disabled one counts as nobody at once. */
export function signedInUser(): Middleware<AppState> {
  return async function signedInUserMiddleware(ctx, next) {
    const userId = sessionOf(ctx)?.userId;
    const user = userId === undefined ? null : await User.findByPk(userId);
    ctx.state.user = user && !user.disabledAt ? user : null;
    await next();
  };
}
