import { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import type { Deps } from '../../deps';
import { everybody } from '../../middlewares/access';
import type { AppContext, AppState } from '../../middlewares/context';
import { readHealth, type Health } from '../../queries/readHealth';
import { paths } from '../paths';

/** Anybody may ask, and as often as they like; the database is asked no more often than this. */
const REMEMBERED_MS = 3_000;

/**
 * `healthz`: the process runs, whatever else does not. `readyz`: what it works with answers. `health/classes`: classes
 * happen; for whoever watches the whole.
 */
export function healthRoutes(deps: Deps): Router<AppState, DefaultContext> {
  const router = new Router<AppState, DefaultContext>();
  const health = remembered(deps, () => readHealth(deps));
  router.get(paths.healthz, everybody(), (ctx) => {
    ctx.body = { status: 'ok' };
  });
  router.get(paths.readyz, everybody(), (ctx) => showReadiness(deps, ctx));
  router.get(paths.healthClasses, everybody(), (ctx) => showClasses(deps, ctx, health));
  return router;
}

async function showReadiness({ db, temporal, logger }: Deps, ctx: AppContext): Promise<void> {
  const [database, workflows] = await Promise.all([
    answers(() => db.query('SELECT 1')),
    answers(() => temporal.check()),
  ]);
  const ready = database && workflows;
  const word = (well: boolean) => (well ? 'ok' : 'does not answer');
  if (!ready) logger.error({ database, temporal: workflows }, 'not ready');
  ctx.status = ready ? 200 : 503;
  ctx.body = { status: ready ? 'ok' : 'unavailable', database: word(database), temporal: word(workflows) };
}

async function showClasses({ logger }: Deps, ctx: AppContext, health: () => Promise<Health>): Promise<void> {
  try {
    const found = await health();
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
    await ask();
    return true;
  } catch {
    return false;
  }
}

/** Everybody who asks within a few seconds gets the same answer. */
function remembered<T>({ clock }: Pick<Deps, 'clock'>, read: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    const now = clock.now().getTime();
    if (!last || Math.abs(now - last.at) >= REMEMBERED_MS) last = { at: now, answer: read() };
    return last.answer;
  };
}
