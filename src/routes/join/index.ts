import { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import getRawBody from 'raw-body';
import { claimPass } from '../../commands/claimPass';
import { recordJoinRefusal } from '../../commands/recordJoinRefusal';
import type { Deps } from '../../deps';
import { refusalOf, type Refusal } from '../../domain/joinRefusals';
import { doorOf, isOpen, type Door } from '../../domain/joinRules';
import { everybody } from '../../middlewares/access';
import type { AppContext, AppRouterContext, AppState } from '../../middlewares/context';
import { comesFromUs } from '../../middlewares/csrf';
import { notBlocked } from '../../middlewares/notBlocked';
import { originOf } from '../../middlewares/originOf';
import { allowFormTo, zoomOrigins } from '../../middlewares/securityHeaders';
import { presentJoinPage } from '../../presenters/joinPage';
import { presentRefusal } from '../../presenters/joinRefusal';
import { findJoinPass, type JoinPass } from '../../queries/findJoinPass';
import { createFailureLimit, type FailureLimit } from '../../security/failureLimit';
import { renderJoin } from '../../views/join/renderJoin';
import { paths } from '../paths';
import { hashHolder, keepHolder, makeNonce, readHolder, verifyNonce } from './holderCookie';
import { wayIn } from './wayIn';

/** Per address: more links that do not work than any household or school opens by accident. */
const LIMIT = { name: 'join', failures: 60, seconds: 600 };
const FORM_MAX_BYTES = 8 * 1024;

type JoinDeps = Deps & { readonly limit: FailureLimit };

/** A pass that is good at this door for this browser, and what is behind the door. */
interface Visit {
  readonly pass: JoinPass;
  readonly door: Door;
}

/** The class's door for people with a link. GET and HEAD change nothing; a press of the button claims the pass. */
export function joinRoutes(deps: Deps): Router<AppState, DefaultContext> {
  const router = new Router<AppState, DefaultContext>();
  const joinDeps = { ...deps, limit: createFailureLimit(deps.db, LIMIT) };
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
  return router;
}

async function showDoor(deps: JoinDeps, ctx: AppRouterContext): Promise<void> {
  allowFormTo(ctx, zoomOrigins(deps));
  const visit = await admit(deps, ctx);
  if (!visit) return;
  const { pass, door } = visit;
  const holder = keepHolder(ctx, deps);
  renderJoin(ctx, 'pass', {
    ...presentJoinPage(pass, door, deps.clock.now()),
    nonce: isOpen(door) ? makeNonce(deps, holder, pass.id) : null,
    action: ctx.url,
    supportEmail: deps.config.supportEmail,
  });
}

async function enter(deps: JoinDeps, ctx: AppRouterContext): Promise<void> {
  allowFormTo(ctx, zoomOrigins(deps));
  const visit = await admit(deps, ctx);
  if (!visit) return;
  const { pass, door } = visit;
  const holder = readHolder(ctx, deps);
  const nonce = await readNonce(ctx);
  const fromUs = comesFromUs(ctx, new URL(deps.config.appUrl).origin);
  if (!fromUs || holder === null || !verifyNonce(deps, nonce, holder, pass.id)) {
    await refuse(deps, ctx, 'unproven');
    return;
  }
  const url = isOpen(door) ? await claim(deps, ctx, pass, holder) : null;
  // Whoever was not let in after all sees on the class's page how things stand now.
  ctx.redirect(url ?? ctx.url);
  ctx.status = 303;
}

async function claim(deps: JoinDeps, ctx: AppContext, pass: JoinPass, holder: string): Promise<string | null> {
  const { url, quality } = wayIn(deps, pass);
  const claimant = { passId: pass.id, classDateId: pass.classDateId, holderHash: hashHolder(holder), quality };
  const result = await claimPass(deps, claimant, { ...originOf(ctx), userId: pass.userId });
  return result === 'refused' ? null : url;
}

/** Looks the pass up, once; answers and returns null when it is not good here. */
async function admit(deps: JoinDeps, ctx: AppRouterContext): Promise<Visit | null> {
  const token = tokenOf(ctx);
  if (token === '') return refuse(deps, ctx, 'no_token');
  const pass = await findJoinPass(deps.db, token);
  if (!pass) return refuse(deps, ctx, 'unknown');
  const door = doorOf({ ...pass, schedule: pass, hasRoom: pass.meetingRowId !== null }, deps.clock.now());
  const holder = readHolder(ctx, deps);
  const holderHash = holder === null ? null : hashHolder(holder);
  const refusal = refusalOf(pass, { classDateId: classDateIdOf(ctx) ?? 0, door, holderHash });
  return refusal === null ? { pass, door } : refuse(deps, ctx, refusal, pass);
}

async function refuse(deps: JoinDeps, ctx: AppRouterContext, reason: Refusal, pass?: JoinPass): Promise<null> {
  const attempt = { refusal: reason, classDateId: classDateIdOf(ctx) };
  const refusal = await recordJoinRefusal(deps, deps.limit, attempt, originOf(ctx));
  const { status, heading, paragraphs } = presentRefusal(refusal);
  const ofClass = refusal === 'cancelled' || refusal === 'over' ? pass : undefined;
  renderJoin(ctx, 'refusal', {
    title: heading,
    heading,
    paragraphs,
    classTitle: ofClass?.title,
    teacherName: ofClass?.teacherName,
    again: refusal === 'unproven' ? ctx.url : null,
    supportEmail: deps.config.supportEmail,
    refreshSeconds: null,
  });
  ctx.status = status;
  return null;
}

/** Empty when there is none, or more than one. */
function tokenOf(ctx: AppContext): string {
  const { token } = ctx.query;
  return typeof token === 'string' ? token : '';
}

const CLASS_DATE_ID = /^[1-9]\d{0,14}$/;

function classDateIdOf(ctx: AppRouterContext): number | null {
  const { id } = ctx.params;
  return id !== undefined && CLASS_DATE_ID.test(id) ? Number(id) : null;
}

async function readNonce(ctx: AppContext): Promise<string> {
  const body = await getRawBody(ctx.req, { limit: FORM_MAX_BYTES, encoding: 'utf8' });
  return new URLSearchParams(body).get('nonce') ?? '';
}
