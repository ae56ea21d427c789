import { bodyParser } from '@koa/bodyparser';
import { Router } from '@koa/router';
import Koa, { type Context, type Next } from 'koa';
import { apiRoutes } from './api/routes';
import type { ZoomControl } from './control/control';
import { controlPage } from './control/controlPage';
import { controlRoutes } from './control/controlRoutes';
import type { World } from './core/world';
import { joinRoutes } from './join/joinRoutes';
import { addAuthorizeRoutes } from './oauth/authorizeRoutes';
import { addTokenRoutes } from './oauth/tokenRoutes';
import { stylesheet } from './views/render';

/** Everything this Zoom answers over HTTP. */
export function createZoomApp(world: World, control: ZoomControl): Koa {
  const app = new Koa();
  app.use(answerFailures);
  app.use(async (ctx, next) => {
    const { clockAheadSeconds } = world.behaviour;
    if (clockAheadSeconds !== 0) ctx.set('Date', new Date(Date.now() + clockAheadSeconds * 1000).toUTCString());
    await next();
  });
  app.use(bodyParser({ enableTypes: ['json', 'form'], jsonLimit: '1mb', onError: refuseBody }));
  const oauth = new Router();
  addAuthorizeRoutes(oauth, world);
  addTokenRoutes(oauth, world);
  const assets = new Router();
  assets.get('/style.css', (ctx) => {
    ctx.type = 'css';
    ctx.body = stylesheet;
  });
  assets.get('/favicon.ico', (ctx) => {
    ctx.status = 204;
  });
  const routers = [
    oauth,
    apiRoutes(world),
    joinRoutes(world),
    controlRoutes(control),
    controlPage(world, control),
    assets,
  ];
  for (const router of routers) app.use(router.routes());
  return app;
}

async function answerFailures(ctx: Context, next: Next): Promise<void> {
  try {
    await next();
  } catch (error) {
    if (error instanceof UnreadableBody) {
      ctx.set('x-zm-trackingid', 'v=2.0;clid=us06;rid=WEB_unreadable');
      ctx.status = 400;
      ctx.body = { code: 300, message: error.message };
      return;
    }
    console.error('The Zoom simulator failed:', error);
    ctx.status = 500;
    ctx.body = { code: 500, message: 'The simulator itself failed; see its output.' };
  }
}

class UnreadableBody extends Error {}

function refuseBody(): never {
  throw new UnreadableBody('Request Body should be a valid JSON object.');
}
