import { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import type { Deps } from '../../deps';
import { everybody } from '../../middlewares/access';
import type { AppState } from '../../middlewares/context';
import { paths } from '../paths';

/** `healthz`: the process runs. `readyz`: it can do its work, so a balancer may send people here. */
export function healthRoutes({ db, logger }: Deps): Router<AppState, DefaultContext> {
  const router = new Router<AppState, DefaultContext>();
  router.get(paths.healthz, everybody(), (ctx) => {
    ctx.body = { status: 'ok' };
  });
  router.get(paths.readyz, everybody(), async (ctx) => {
    try {
      await db.query('SELECT 1');
      ctx.body = { status: 'ok' };
    } catch (error) {
      logger.error({ err: error }, 'the database does not answer');
      ctx.status = 503;
      ctx.body = { status: 'unavailable', database: 'does not answer' };
    }
  });
  return router;
}
