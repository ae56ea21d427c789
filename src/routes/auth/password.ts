import { setTimeout as sleep } from 'node:timers/promises';
import type { Router, RouterMiddleware } from '@koa/router';
import type { DefaultContext } from 'koa';
import { z } from 'zod';
import { choosePassword } from '../../commands/choosePassword';
import { createResetLimits, requestPasswordReset } from '../../commands/requestPasswordReset';
import type { Deps } from '../../deps';
import { FieldErrors } from '../../errors';
import { everybody } from '../../middlewares/access';
import type { AppContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { signInSession } from '../../middlewares/sessionOf';
import { line, parseBody } from '../../middlewares/validate';
import { findAccountLink } from '../../queries/findAccountLink';
import { render } from '../../views/render';
import { paths } from '../paths';
import { homeOf } from './homeOf';

/** Longer than finding out and writing it down takes. */
const ANSWER_MS = 500;

const forgottenSchema = z.object({ email: line(254) });
const choiceSchema = z.object({
  token: z.string().max(64).catch(''),
  password: z.string('Enter a password.').max(1000, 'Use at most 1000 characters.').default(''),
});

/**
 * Choosing a password by a link that was mailed. Looking at the page changes nothing, whoever does (mail scanners do); the
 * form spends the link.
 */
export function addPasswordRoutes(
  router: Router<AppState, DefaultContext>,
  deps: Deps,
  unblocked: RouterMiddleware<AppState, DefaultContext>,
): void {
  const limits = createResetLimits(deps);
  router.get(paths.passwordForgotten, everybody(), (ctx) => {
    render(ctx, 'auth/forgotten', { title: 'Forgot your password?', form: true }, 'plain');
  });
  router.post(paths.passwordForgotten, everybody(), unblocked, async (ctx) => {
    // One answer, so long after the request came, whatever is found: see constantTimeRefusals.
    const due = sleep(ANSWER_MS, undefined, { ref: false });
    await requestPasswordReset(deps, limits, parseBody(ctx, forgottenSchema).email, originOf(ctx));
    await due;
    render(ctx, 'auth/resetSent', { title: 'Look into your mail', supportEmail: deps.config.supportEmail }, 'plain');
  });
  router.get(paths.password, everybody(), (ctx) => {
    const { token } = ctx.query;
    return showChoice(deps, ctx, typeof token === 'string' ? token : '');
  });
  router.post(paths.password, everybody(), unblocked, (ctx) => choose(deps, ctx));
}

async function choose(deps: Deps, ctx: AppContext): Promise<void> {
  const { token, password } = parseBody(ctx, choiceSchema);
  try {
    const chosen = await choosePassword(deps, { token, password }, originOf(ctx));
    if (!chosen) {
      showDead(deps, ctx);
      return;
    }
    const { user, purpose } = chosen;
    if (purpose === 'password_reset') {
      redirectWithFlash(ctx, paths.login, 'Your password is changed. Sign in with it.');
      return;
    }
    await signInSession(ctx, user);
    redirectWithFlash(ctx, user.role === 'teacher' ? paths.zoom : homeOf(user), 'Your password is saved.');
  } catch (error) {
    if (!(error instanceof FieldErrors)) throw error;
    await showChoice(deps, ctx, token, error.message);
    if (ctx.status === 200) ctx.status = error.status;
  }
}

async function showChoice(deps: Deps, ctx: AppContext, token: string, error?: string): Promise<void> {
  const found = await findAccountLink(token, deps.clock.now());
  if (!found) {
    showDead(deps, ctx);
    return;
  }
  const { email, role } = found.user;
  const isNew = found.link.purpose === 'invitation';
  const title = isNew ? 'Choose your password' : 'Choose a new password';
  const next = isNew && role === 'teacher' ? 'After this you connect your Zoom account.' : null;
  render(ctx, 'auth/password', { title, form: true, token, email, isNew, next, error }, 'plain');
}

/** Used, replaced, out of date or never there: one page. */
function showDead(deps: Deps, ctx: AppContext): void {
  const { supportEmail } = deps.config;
  render(ctx, 'auth/deadLink', { title: 'This link does not work any more', supportEmail }, 'plain');
  ctx.status = 410;
}
