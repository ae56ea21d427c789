import { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import type { Deps } from '../../deps';
import { everybody } from '../../middlewares/access';
import type { AppContext, AppState } from '../../middlewares/context';
import { readHealth, type Health } from '../../queries/readHealth';
import { paths } from '../paths';
import { remembered, shared, within } from './asking';

/** Whoever watches us waits five seconds; a line that has fallen silent would keep them waiting for ever. */
const PATIENCE_MS = 3_000;

/**
 * `healthz`: the process runs, whatever else does not. `readyz`: what it works with answers. `health/classes`: classes
 * happen; for whoever watches the whole.
 */
export function healthRoutes(deps: Deps): Router<AppState, DefaultContext> {
  const router = new Router<AppState, DefaultContext>();
  const health = remembered(deps, () => readHealth(deps));
  const database = shared(() => deps.db.query('SELECT 1'));
  const workflows = shared(() => deps.temporal.check());
  router.get(paths.healthz, everybody(), (ctx) => {
    ctx.body = { status: 'ok' };
  });
  router.get(paths.readyz, everybody(), (ctx) => showReadiness(deps, ctx, { database, workflows }));
  router.get(paths.healthClasses, everybody(), (ctx) => showClasses(deps, ctx, health));
  return router;
}

interface Asks {
  readonly database: () => Promise<unknown>;
  readonly workflows: () => Promise<unknown>;
}

async function showReadiness({ logger }: Deps, ctx: AppContext, asks: Asks): Promise<void> {
  const [database, workflows] = await Promise.all([answers(asks.database), answers(asks.workflows)]);
  const ready = database && workflows;
  const word = (well: boolean) => (well ? 'ok' : 'does not answer');
  if (!ready) logger.error({ database, temporal: workflows }, 'not ready');
  ctx.status = ready ? 200 : 503;
  ctx.body = { status: ready ? 'ok' : 'unavailable', database: word(database), temporal: word(workflows) };
}

async function showClasses({ logger }: Deps, ctx: AppContext, health: () => Promise<Health>): Promise<void> {
  try {
    const found = await within(PATIENCE_MS, health());
    ctx.status = found.status === 'failing' ? 503 : 200;
    ctx.body = found;
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown';
    logger.error({ reason }, 'the database does not answer');
    ctx.status = 503;
    ctx.body = { status: 'failing', reasons: ['The database does not answer.'], warnings: [] };
  }
}

async function answers(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await within(PATIENCE_MS, ask());
    return true;
  } catch {
    return false;
  }
}
