import type { Middleware } from 'koa';
import { User } from '../models/User';
import type { AppContext, AppState } from './context';
import { sessionOf } from './sessionOf';

/** Puts the signed-in user on the state; a disabled one counts as nobody at once, as does an ended session. */
export function signedInUser(): Middleware<AppState> {
  return async function signedInUserMiddleware(ctx, next) {
    const { userId, epoch = 0 } = sessionOf(ctx) ?? {};
    const user = userId === undefined ? null : await User.findByPk(userId);
    ctx.state.user = user && !user.disabledAt && user.sessionEpoch === epoch ? user : null;
    await next();
  };
}

/** The signed-in user of a route that is only for people of some role. */
export function userOf(ctx: AppContext): User {
  if (!ctx.state.user) throw new Error('This route has no guard that asks people to sign in.');
  return ctx.state.user;
}
