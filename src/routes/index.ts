import type { Router } from '@koa/router';
import type Koa from 'koa';
import type { DefaultContext } from 'koa';
import type { Deps } from '../deps';
import type { AppState } from '../middlewares/context';
import { adminRoutes } from './admin';
import { apiRoutes } from './api';
import { apiDocsRoutes } from './api/docs';
import { attendanceRoutes } from './attendance';
import { authRoutes } from './auth';
import { healthRoutes } from './health';
import { joinRoutes } from './join';
import { liveRoutes } from './live';
import { teacherRoutes } from './teacher';
import { webhookRoutes } from './webhooks';
import { noWebhookTestRoutes, webhookTestRoutes } from './webhooks/testEvent';

type AppRouter = Router<AppState, DefaultContext>;

/**
 * Zoom's events, before the headers that browsers need: they come in floods, and each middleware before them costs some
 * (the headers took a tenth of the answers).
 */
export function mountWebhookRoutes(app: Koa, deps: Deps): void {
  mount(app, webhookRoutes(deps));
}

/** Routes that read the raw body themselves and know no sessions. */
function unparsedRouters(deps: Deps): AppRouter[] {
  const test = deps.config.development ? [] : [noWebhookTestRoutes()];
  // What comes in floods first: each router before it costs it something.
  return [joinRoutes(deps), healthRoutes(deps), ...test, apiRoutes(deps)];
}

function routers(deps: Deps): AppRouter[] {
  const test = deps.config.development ? [webhookTestRoutes(deps)] : [];
  const pages = [authRoutes, adminRoutes, teacherRoutes, liveRoutes, attendanceRoutes].map((routes) => routes(deps));
  return [...pages, apiDocsRoutes(deps.config.appUrl), ...test];
}

/** What there is, for those who check it. */
export function allRouters(deps: Deps): AppRouter[] {
  return [webhookRoutes(deps), ...unparsedRouters(deps), ...routers(deps)];
}

export function mountUnparsedRoutes(app: Koa, deps: Deps): void {
  for (const router of unparsedRouters(deps)) mount(app, router);
}

export function mountRoutes(app: Koa, deps: Deps): void {
  for (const router of routers(deps)) mount(app, router);
}

function mount(app: Koa, router: AppRouter): void {
  app.use(router.routes() as unknown as Koa.Middleware);
  // It says in Allow what the address takes; onError and problems make an answer of it.
  app.use(router.allowedMethods() as unknown as Koa.Middleware);
}
