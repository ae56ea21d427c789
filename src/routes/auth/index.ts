import { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { z } from 'zod';
import { THE_SYSTEM, writeAudit } from '../../commands/writeAudit';
import { signIn } from '../../commands/signIn';
import type { Deps } from '../../deps';
import { AppError } from '../../errors';
import { everybody } from '../../middlewares/access';
import type { AppContext, AppState } from '../../middlewares/context';
import { notBlocked } from '../../middlewares/notBlocked';
import { originOf } from '../../middlewares/originOf';
import { endSession, signInSession } from '../../middlewares/sessionOf';
import { line, parseBody } from '../../middlewares/validate';
import { createSignInLimits } from '../../security/signInLimits';
import { render } from '../../views/render';
import { isOwnPath, NEXT_MAX } from '../ownPath';
import { paths } from '../paths';
import { homeOf } from './homeOf';
import { addPasswordRoutes } from './password';

const loginSchema = z.object({
  email: line(254),
  password: z.string('Enter a password.').max(1000, 'Use at most 1000 characters.').default(''),
  // Whatever is odd about it, it must not keep anybody from signing in.
  next: z.string().max(NEXT_MAX).catch(''),
});

export function authRoutes(deps: Deps): Router<AppState, DefaultContext> {
  const router = new Router<AppState, DefaultContext>();
  const limits = createSignInLimits(deps.db);
  const unblocked = notBlocked(deps, (method) => (method === 'POST' ? 'sign_in_refused' : null));

  router.get(paths.home, everybody(), (ctx) => {
    ctx.redirect(ctx.state.user ? homeOf(ctx.state.user) : paths.login);
  });
  router.get(paths.login, everybody(), unblocked, (ctx) => {
    const { next } = ctx.query;
    showLogin(ctx, { next: typeof next === 'string' ? next : '' });
  });
  router.post(paths.login, everybody(), unblocked, async (ctx) => {
    const { email, password, next } = parseBody(ctx, loginSchema);
    const user = await signIn(deps, limits, { email, password, origin: originOf(ctx) });
    if (user === 'wait')
      throw new AppError(429, 'too_many_tries', 'Too many tries. Wait a few minutes, then try again.');
    if (!user) {
      ctx.status = 422;
      showLogin(ctx, { next, email, error: 'This e-mail address and password do not go together.' });
      return;
    }
    await signInSession(ctx, user);
    ctx.redirect(isOwnPath(next) ? next : homeOf(user));
    ctx.status = 303;
  });
  router.post(paths.logout, everybody(), async (ctx) => {
    const origin = ctx.state.user ? originOf(ctx) : THE_SYSTEM;
    await writeAudit(deps, origin, { action: 'signed_out' }, null);
    endSession(ctx);
    ctx.redirect(paths.login);
    ctx.status = 303;
  });
  addPasswordRoutes(router, deps, unblocked);
  return router;
}

function showLogin(ctx: AppContext, values: { next: string; email?: string; error?: string }): void {
  render(ctx, 'auth/login', { title: 'Sign in', form: true, ...values }, 'plain');
}
