import type { Router } from '@koa/router';
import type Koa from 'koa';
import type { DefaultContext } from 'koa';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { AppState } from '../middlewares/context';
import { adminRoutes } from './admin';
import { authRoutes } from './auth';
import { healthRoutes } from './health';
import { joinRoutes } from './join';
import { liveRoutes } from './live';
import { teacherRoutes } from './teacher';
import { webhookRoutes } from './webhooks';

export type AppRouter = Router<AppState, DefaultContext>;

/** Routes that read the raw body themselves and know no sessions. */
export function unparsedRouters(deps: Deps): AppRouter[] {
  return [healthRoutes(deps), webhookRoutes(deps), joinRoutes(deps)];
}

export function routers(deps: Deps): AppRouter[] {
  return [authRoutes(deps), adminRoutes(deps), teacherRoutes(deps), liveRoutes(deps)];
}

export function mountUnparsedRoutes(app: Koa, deps: Deps): void {
  for (const router of unparsedRouters(deps)) mount(app, router);
}

export function mountRoutes(app: Koa, deps: Deps): void {
  for (const router of routers(deps)) mount(app, router);
}

function mount(app: Koa, router: AppRouter): void {
  app.use(router.routes() as unknown as Koa.Middleware);
  app.use(
    router.allowedMethods({
      throw: true,
      methodNotAllowed: () => new AppError(405, 'method_not_allowed', 'This address does not take that method.'),
      notImplemented: () => new AppError(405, 'method_not_allowed', 'This address does not take that method.'),
    }) as unknown as Koa.Middleware,
  );
}
