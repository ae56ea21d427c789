import path from 'node:path';
import { bodyParser } from '@koa/bodyparser';
import Koa from 'koa';
import serve from 'koa-static';
import type { Deps } from './deps';
import { csrf } from './middlewares/csrf';
import { flash } from './middlewares/flash';
import { openTrouble } from './middlewares/openTrouble';
import { onError, unreadableBody } from './middlewares/onError';
import { endOfApi, problems } from './middlewares/problems';
import { requestLog } from './middlewares/requestLog';
import { securityHeaders } from './middlewares/securityHeaders';
import { session } from './middlewares/session';
import { signedInUser } from './middlewares/signedInUser';
import { mountRoutes, mountUnparsedRoutes, mountWebhookRoutes } from './routes';
import { paths } from './routes/paths';

const PUBLIC = path.join(__dirname, 'public');
const STATIC_MAX_AGE_MS = 60 * 60_000;

/** The web application, from the outermost layer to the routes. */
export function createApp(deps: Deps): Koa {
  const { trustedProxyHops } = deps.config;
  // Koa believes the first address of X-Forwarded-For, so the header is cut to the hops we trust.
  const app = new Koa({ proxy: trustedProxyHops > 0, maxIpsCount: trustedProxyHops });
  app.keys = deps.signingKeys.derivedKeys('cookie').map((key) => key.toString('base64'));
  app.silent = true;
  app.use(requestLog(deps));
  app.use(onError(deps));
  mountWebhookRoutes(app, deps);
  app.use(securityHeaders(deps));
  app.use(problems(deps));
  // Before the files: each file that is not there costs a look at the disk.
  mountUnparsedRoutes(app, deps);
  app.use(endOfApi());
  app.use(serve(PUBLIC, { maxage: STATIC_MAX_AGE_MS, index: false }));
  app.use(session(app, deps));
  app.use(flash());
  app.use(parsedBody());
  app.use(signedInUser());
  app.use(openTrouble());
  app.use(csrf(deps));
  mountRoutes(app, deps);
  return app;
}

/** Forms are small; only a file of class dates is not. */
function parsedBody(): Koa.Middleware {
  const upTo = (limit: string) =>
    bodyParser({ enableTypes: ['form', 'json'], formLimit: limit, jsonLimit: limit, onError: unreadableBody });
  const [small, large] = [upTo('128kb'), upTo('8mb')];
  return function parsedBodyMiddleware(ctx, next) {
    const isFile = ctx.path === paths.classDateImport || ctx.path === paths.classDateImportPreview;
    return (isFile ? large : small)(ctx, next);
  };
}
