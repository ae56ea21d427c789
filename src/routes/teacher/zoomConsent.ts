import type { Router } from '@koa/router';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { DefaultContext } from 'koa';
import { connectZoom } from '../../commands/connectZoom';
import { writeAudit } from '../../commands/writeAudit';
import type { Deps } from '../../deps';
import { AppError } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import type { SessionData } from '../../middlewares/session';
import { sessionOf } from '../../middlewares/sessionOf';
import { userOf } from '../../middlewares/signedInUser';
import { connectionTrouble } from '../../presenters/connectionTrouble';
import { findZoomApp } from '../../queries/findZoomSettings';
import { authorizeUrl, createPkce } from '../../zoom/oauth';
import { consentError, plainWord } from '../../zoom/oauthErrors';
import { refusalReason } from '../../zoom/refusalReason';
import { nextIn, withNext } from '../ownPath';
import { paths } from '../paths';

/** How long somebody may take at Zoom before they must begin again. */
const CONSENT_MS = 10 * 60_000;

/** The way to Zoom's consent page and back. */
export function addZoomConsentRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.zoomConnect, only('teacher'), (ctx) => beginConsent(deps, ctx));
  router.get(paths.zoomCallback, only('teacher'), (ctx) => finishConsent(deps, ctx));
}

async function beginConsent(deps: Deps, ctx: AppContext): Promise<void> {
  const next = nextIn(ctx.query);
  try {
    const app = await findZoomApp(deps);
    const { verifier, challenge } = createPkce();
    const state = randomBytes(32).toString('base64url');
    const session = sessionOf(ctx);
    const expiresAt = deps.clock.now().getTime() + CONSENT_MS;
    if (session) session.zoomConsent = { state, verifier, expiresAt, ...(next === null ? {} : { next }) };
    ctx.redirect(authorizeUrl(app, { state, challenge }));
  } catch (error) {
    explain(ctx, error, next);
  }
}

async function finishConsent(deps: Deps, ctx: AppContext): Promise<void> {
  const consent = takeConsent(ctx);
  const next = consent?.next ?? null;
  try {
    if (!isOurs(consent, ctx.query.state, deps.clock.now())) {
      throw new AppError(
        403,
        'state_mismatch',
        'This answer from Zoom does not belong to a connection you began here within ten minutes. Press “Connect Zoom” to begin again.',
      );
    }
    const code = codeOf(ctx.query);
    const { email } = await connectZoom(deps, userOf(ctx).id, { code, verifier: consent.verifier }, originOf(ctx));
    redirectWithFlash(ctx, next ?? paths.zoom, `Zoom is connected as ${email}. Your classes open by themselves.`);
  } catch (error) {
    const said = textOf(ctx.query.error);
    const metadata = { reason: refusalReason(error), ...(said === '' ? {} : { zoomError: plainWord(said) }) };
    deps.logger.warn({ requestId: ctx.state.requestId, userId: userOf(ctx).id, ...metadata }, 'zoom not connected');
    await writeAudit(deps, originOf(ctx), { action: 'oauth_refused', metadata }, null);
    explain(ctx, error, next);
  }
}

/** @throws an error that says why Zoom sends no code */
function codeOf(query: AppContext['query']): string {
  const [code, error] = [textOf(query.code), textOf(query.error)];
  if (error === 'access_denied') {
    throw new AppError(403, 'access_denied', 'You did not allow it at Zoom, so nothing has changed.');
  }
  if (error !== '') throw consentError(error, textOf(query.error_description)) ?? unknownRefusal();
  if (code !== '') return code;
  throw new AppError(400, 'no_code', 'Zoom sent no answer we can use. Press “Connect Zoom” to try again.');
}

function unknownRefusal(): AppError {
  return new AppError(
    400,
    'refused_at_zoom',
    'Zoom did not connect, for a reason we do not know. Press “Connect Zoom” to try again; if it happens again, write to us.',
  );
}

/** A parameter that comes twice counts as none. */
function textOf(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : '';
}

type Consent = NonNullable<SessionData['zoomConsent']>;

/** A state is good once, whatever becomes of it. */
function takeConsent(ctx: AppContext): Consent | undefined {
  const session = sessionOf(ctx);
  const consent = session?.zoomConsent;
  if (session) delete session.zoomConsent;
  return consent;
}

function isOurs(consent: Consent | undefined, state: unknown, now: Date): consent is Consent {
  if (!consent || typeof state !== 'string' || now.getTime() > consent.expiresAt) return false;
  const [ours, theirs] = [Buffer.from(consent.state), Buffer.from(state)];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}

/** Back to the status page, with what went wrong and what to do in words; from there it goes on to where it was meant to. */
function explain(ctx: AppContext, error: unknown, next: string | null): void {
  const trouble = connectionTrouble(error);
  if (trouble === null) throw error;
  redirectWithFlash(ctx, withNext(paths.zoom, next), trouble, 'bad');
}
