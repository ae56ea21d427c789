import Tokens from 'csrf';
import type { Middleware } from 'koa';
import type { Deps } from '../deps';
import { ForbiddenError } from '../errors';
import type { AppContext, AppState } from './context';
import { sessionOf } from './sessionOf';

const tokens = new Tokens();
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A POST must come from a page of ours: same origin by the browser's word, and with the session's token. */
export function csrf({ config }: Pick<Deps, 'config'>): Middleware<AppState> {
  const origin = new URL(config.appUrl).origin;
  return async function csrfMiddleware(ctx, next) {
    ctx.state.csrfToken = () => tokens.create(secretOf(ctx));
    if (!SAFE.has(ctx.method)) checkProof(ctx, origin);
    await next();
  };
}

/** @throws ForbiddenError */
function checkProof(ctx: AppContext, origin: string): void {
  if (!comesFromUs(ctx, origin)) throw new ForbiddenError('This form was sent from another site, so we did nothing.');
  const secret = sessionOf(ctx)?.csrfSecret;
  if (secret === undefined || !tokens.verify(secret, submittedToken(ctx))) {
    throw new ForbiddenError('This form is no longer valid. Go back, reload the page, and send it again.');
  }
}

/** Old browsers send neither header; then the token alone decides. */
export function comesFromUs(ctx: AppContext, origin: string): boolean {
  const site = ctx.get('Sec-Fetch-Site');
  if (site !== '' && site !== 'same-origin' && site !== 'none') return false;
  const sent = ctx.get('Origin');
  return sent === '' || sent === origin;
}

function secretOf(ctx: AppContext): string {
  const session = sessionOf(ctx);
  if (!session) throw new Error('This page has a form but no session.');
  session.csrfSecret ??= tokens.secretSync();
  return session.csrfSecret;
}

function submittedToken(ctx: AppContext): string {
  const body: unknown = ctx.request.body;
  const token = typeof body === 'object' && body !== null && '_csrf' in body ? body._csrf : undefined;
  return typeof token === 'string' ? token : '';
}
