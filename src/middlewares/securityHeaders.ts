import helmetForKoa from 'koa-helmet';
import type { Middleware } from 'koa';
import type { Deps } from '../deps';
import type { AppContext, AppState } from './context';

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/** Everything from ourselves and nothing inline; no page of ours may be framed. */
const POLICY = {
  defaultSrc: ["'self'"],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
  formAction: ["'self'"],
};

export function securityHeaders({ config }: Pick<Deps, 'config'>): Middleware<AppState> {
  const https = config.appUrl.startsWith('https://');
  const helmetMiddleware = helmetForKoa({
    contentSecurityPolicy: { useDefaults: false, directives: POLICY },
    // `no-referrer` would turn the Origin of our own forms into `null` in Chromium; measured.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: https ? { maxAge: YEAR_SECONDS } : false,
    xFrameOptions: { action: 'deny' },
  });
  return async function securityHeadersMiddleware(ctx, next) {
    await helmetMiddleware(ctx, async () => {
      ctx.set('Cache-Control', 'no-store');
      await next();
    });
  };
}

/**
 * For pages whose form ends at Zoom: in Chromium `form-action` also governs the redirect that follows the POST.
 *
 * @param origins what `form-action` allows besides ourselves, such as https://*.zoom.us
 */
export function allowFormTo(ctx: AppContext, origins: readonly string[]): void {
  const directives = { ...POLICY, formAction: ["'self'", ...origins] };
  const policy = Object.entries(directives).map(([name, values]) => `${kebab(name)} ${values.join(' ')}`);
  ctx.set('Content-Security-Policy', policy.join(';'));
}

/** The CSP sources for everywhere we may send a browser at Zoom. */
export function zoomOrigins({ config }: Pick<Deps, 'config'>): string[] {
  const named = [config.zoom.oauthUrl, config.zoom.apiUrl].map((url) => new URL(url).origin);
  return [...new Set([...named, ...config.zoom.allowedHosts.map((host) => `https://${host}`)])];
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
