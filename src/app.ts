import path from 'node:path';
import { bodyParser } from '@koa/bodyparser';
import Koa from 'koa';
import serve from 'koa-static';
import type { Deps } from './deps';
import { csrf } from './middlewares/csrf';
import { flash } from './middlewares/flash';
import { openTrouble } from './middlewares/openTrouble';
import { onError, unreadableBody } from './middlewares/onError';
import { requestLog } from './middlewares/requestLog';
import { securityHeaders } from './middlewares/securityHeaders';
import { session } from './middlewares/session';
import { signedInUser } from './middlewares/signedInUser';
import { mountRoutes, mountUnparsedRoutes } from './routes';

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
  app.use(securityHeaders(deps));
  // Before the files: each file that is not there costs a look at the disk.
  mountUnparsedRoutes(app, deps);
  app.use(serve(PUBLIC, { maxage: STATIC_MAX_AGE_MS, index: false }));
  app.use(session(app, deps));
  app.use(flash());
  const limits = { formLimit: '128kb', jsonLimit: '128kb' };
  app.use(bodyParser({ enableTypes: ['form', 'json'], ...limits, onError: unreadableBody }));
  app.use(signedInUser());
  app.use(openTrouble());
  app.use(csrf(deps));
  mountRoutes(app, deps);
  return app;
}
