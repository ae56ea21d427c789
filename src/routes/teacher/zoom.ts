import type { Router } from '@koa/router';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { DefaultContext } from 'koa';
import { connectZoom } from '../../commands/connectZoom';
import { disconnectZoom } from '../../commands/disconnectZoom';
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
import { ZoomConnection } from '../../models/ZoomConnection';
import { connectionTrouble, presentZoomConnection } from '../../presenters/zoomConnection';
import { findZoomApp } from '../../queries/findZoomSettings';
import { render } from '../../views/render';
import { ZoomError } from '../../zoom/errors';
import { authorizeUrl, createPkce } from '../../zoom/oauth';
import { paths } from '../paths';

/** How long somebody may take at Zoom before they must begin again. */
const CONSENT_MS = 10 * 60_000;

/** A teacher's own Zoom account: how it stands, connecting, and disconnecting. */
export function addZoomRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.zoom, only('teacher'), async (ctx) => {
    const { id, timeZone } = userOf(ctx);
    const connection = await ZoomConnection.findOne({ where: { userId: id } });
    render(ctx, 'teacher/zoom', { title: 'Zoom', ...presentZoomConnection(connection, timeZone ?? 'UTC') });
  });
  router.get(paths.zoomConnect, only('teacher'), (ctx) => beginConsent(deps, ctx));
  router.get(paths.zoomCallback, only('teacher'), (ctx) => finishConsent(deps, ctx));
  router.post(paths.zoomDisconnect, only('teacher'), async (ctx) => {
    try {
      await disconnectZoom(deps, userOf(ctx).id, originOf(ctx));
      redirectWithFlash(ctx, paths.zoom, 'Zoom is disconnected. Your classes need it again before they can open.');
    } catch (error) {
      explain(ctx, error);
    }
  });
}

async function beginConsent(deps: Deps, ctx: AppContext): Promise<void> {
  try {
    const app = await findZoomApp(deps);
    const { verifier, challenge } = createPkce();
    const state = randomBytes(32).toString('base64url');
    const session = sessionOf(ctx);
    if (session) session.zoomConsent = { state, verifier, expiresAt: deps.clock.now().getTime() + CONSENT_MS };
    ctx.redirect(authorizeUrl(app, { state, challenge }));
  } catch (error) {
    explain(ctx, error);
  }
}

async function finishConsent(deps: Deps, ctx: AppContext): Promise<void> {
  const { code, state, error: refusal } = ctx.query;
  const consent = takeConsent(ctx);
  try {
    if (!isOurs(consent, state, deps.clock.now())) {
      throw new AppError(
        403,
        'state_mismatch',
        'This answer from Zoom does not belong to a connection you began here within ten minutes. Press “Connect Zoom” to begin again.',
      );
    }
    if (refusal === 'access_denied') {
      throw new AppError(403, 'access_denied', 'You did not allow it at Zoom, so nothing has changed.');
    }
    if (typeof code !== 'string' || code === '') {
      throw new AppError(400, 'no_code', 'Zoom sent no answer we can use. Press “Connect Zoom” to try again.');
    }
    const { email } = await connectZoom(deps, userOf(ctx).id, { code, verifier: consent.verifier }, originOf(ctx));
    redirectWithFlash(ctx, paths.zoom, `Zoom is connected as ${email}. Your classes open by themselves.`);
  } catch (error) {
    await writeAudit(deps, originOf(ctx), { action: 'oauth_refused', metadata: { reason: reasonOf(error) } }, null);
    explain(ctx, error);
  }
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

function reasonOf(error: unknown): string {
  if (error instanceof AppError) return error.code;
  return error instanceof ZoomError ? error.name : 'fault';
}

/** Back to the status page, with what went wrong and what to do in words. */
function explain(ctx: AppContext, error: unknown): void {
  const trouble = connectionTrouble(error);
  if (trouble === null) throw error;
  redirectWithFlash(ctx, paths.zoom, trouble, 'bad');
}
