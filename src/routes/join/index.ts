import { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { claimPass } from '../../commands/claimPass';
import type { Deps } from '../../deps';
import { isTaken } from '../../domain/joinRefusals';
import { isOpen } from '../../domain/joinRules';
import { everybody } from '../../middlewares/access';
import type { AppContext, AppRouterContext, AppState } from '../../middlewares/context';
import { comesFromUs } from '../../middlewares/csrf';
import { notBlocked } from '../../middlewares/notBlocked';
import { originOf } from '../../middlewares/originOf';
import { allowFormTo, zoomOrigins } from '../../middlewares/securityHeaders';
import { presentJoinPage } from '../../presenters/joinPage';
import { createFailureLimit } from '../../security/failureLimit';
import { renderJoin } from '../../views/join/renderJoin';
import { streamChanges } from '../changeStream';
import { paths } from '../paths';
import { admit, classDateIdOf, refuse, tokenOf, type JoinDeps, type Visit } from './admit';
import { sendCalendar } from './calendar';
import { constantTimeRefusals } from './constantTimeRefusals';
import { hashHolder, keepHolder, makeNonce, readHolder, verifyNonce } from './holderCookie';
import { createLinkLimits, sendNewLink } from './newLink';
import { createPassWatch, stateKey } from './passWatch';
import { readForm } from './readForm';
import { wayIn } from './wayIn';

/** Per address: more links that do not work than any household or school opens by accident. */
const LIMIT = { name: 'join', failures: 60, seconds: 600 };

/** The class's door for people with a link. GET and HEAD change nothing; a press of the button claims the pass. */
export function joinRoutes(deps: Deps): Router<AppState, DefaultContext> {
  const router = new Router<AppState, DefaultContext>();
  const joinDeps = { ...deps, limit: createFailureLimit(deps.db, LIMIT) };
  const linkLimits = createLinkLimits(deps);
  const watch = createPassWatch(deps);
  router.use(constantTimeRefusals());
  router.use(notBlocked(deps, () => 'join_attempt_blocked'));
  for (const path of [paths.join(':id'), paths.joinGuest(':id')]) {
    router.get(path, everybody(), (ctx) => showDoor(joinDeps, ctx));
    router.post(path, everybody(), (ctx) => enter(joinDeps, ctx));
  }
  router.get(paths.joinPage(':id'), everybody(), async (ctx) => {
    const id = classDateIdOf(ctx);
    if (tokenOf(ctx) === '' || id === null) await refuse(joinDeps, ctx, 'no_token');
    else ctx.redirect(`${paths.join(id)}${ctx.search}`);
  });
  router.get(paths.joinEvents(':id'), everybody(), async (ctx) => {
    const visit = await admit(joinDeps, ctx);
    if (visit) streamChanges(ctx, watch, visit.pass.id);
  });
  router.get(paths.joinCalendar(':id'), everybody(), (ctx) => sendCalendar(joinDeps, ctx));
  router.post(paths.joinNewLink(':id'), everybody(), (ctx) => sendNewLink(joinDeps, linkLimits, ctx));
  return router;
}

async function showDoor(deps: JoinDeps, ctx: AppRouterContext): Promise<void> {
  allowFormTo(ctx, zoomOrigins(deps));
  const visit = await admit(deps, ctx);
  if (!visit) return;
  const { pass, door, standing } = visit;
  const holder = keepHolder(ctx, deps);
  const now = deps.clock.now();
  const query = new URLSearchParams({ token: tokenOf(ctx), seen: stateKey(pass, now) });
  renderJoin(ctx, 'pass', {
    ...presentJoinPage(pass, door, standing, now),
    nonce: isOpen(door) ? makeNonce(deps, holder, pass.id) : null,
    action: ctx.url,
    eventsUrl: `${paths.joinEvents(pass.classDateId)}?${query.toString()}`,
    calendarUrl: `${paths.joinCalendar(pass.classDateId)}?token=${tokenOf(ctx)}`,
    supportEmail: deps.config.supportEmail,
  });
}

async function enter(deps: JoinDeps, ctx: AppRouterContext): Promise<void> {
  allowFormTo(ctx, zoomOrigins(deps));
  const visit = await admit(deps, ctx);
  if (!visit) return;
  const holder = readHolder(ctx, deps);
  const form = await readForm(ctx);
  const nonce = form.get('nonce') ?? '';
  const fromUs = comesFromUs(ctx, new URL(deps.config.appUrl).origin);
  if (!fromUs || holder === null || !verifyNonce(deps, nonce, holder, visit.pass.id)) {
    await refuse(deps, ctx, 'unproven');
    return;
  }
  const asked = !isTaken(visit.standing) || form.has('takeover');
  const url = asked && isOpen(visit.door) ? await claim(deps, ctx, visit, hashHolder(holder)) : null;
  // Whoever was not let in after all sees on the class's page how things stand now.
  ctx.redirect(url ?? ctx.url);
  ctx.status = 303;
}

async function claim(
  deps: JoinDeps,
  ctx: AppContext,
  { pass, standing }: Visit,
  holderHash: string,
): Promise<string | null> {
  const { url, quality } = wayIn(deps, pass);
  const displaces = pass.holderHash !== null && pass.holderHash !== holderHash;
  const { id: passId, classDateId, epoch } = pass;
  const claimant = { passId, classDateId, epoch, holderHash, standing, displaces, quality };
  const result = await claimPass(deps, claimant, { ...originOf(ctx), userId: pass.userId });
  return result === 'refused' ? null : url;
}
