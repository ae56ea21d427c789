import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bodyParser } from '@koa/bodyparser';
import { Router } from '@koa/router';
import Koa from 'koa';
import type { Messages } from '../messages';
import { apiRoutes, type FaultControl } from './apiRoutes';
import { pageRoutes } from './pageRoutes';

const ASSETS = { '/mailbox.css': 'css', '/refresh.js': 'js' } as const;

/** The page people read mails on, and the API for tests. */
export function createMailboxApp(messages: Messages, faults: FaultControl): Koa {
  const app = new Koa();
  app.use(onlyForThisMachine);
  app.use(bodyParser({ enableTypes: ['json', 'form'] }));
  for (const router of [apiRoutes(messages, faults), pageRoutes(messages), assetRoutes()]) app.use(router.routes());
  return app;
}

/** It listens on loopback only; a foreign Host is a page elsewhere that reached us by a name of its own (DNS rebinding). */
const onlyForThisMachine: Koa.Middleware = async (ctx, next) => {
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(ctx.hostname)) ctx.throw(421);
  const site = ctx.get('sec-fetch-site');
  if (!['GET', 'HEAD'].includes(ctx.method) && site === 'cross-site') ctx.throw(403);
  await next();
};

function assetRoutes(): Router {
  const router = new Router();
  for (const [url, type] of Object.entries(ASSETS)) {
    const content = readFileSync(path.join(__dirname, 'views', url), 'utf8');
    router.get(url, (ctx) => {
      ctx.type = type;
      ctx.body = content;
    });
  }
  router.get('/favicon.ico', (ctx) => {
    ctx.status = 204;
  });
  return router;
}
