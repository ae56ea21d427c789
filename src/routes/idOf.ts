import type { RouterContext } from '@koa/router';
import type { DefaultContext } from 'koa';
import { NotFoundError } from '../errors';
import type { AppState } from '../middlewares/context';

/** The :id of the path; whatever is no row id is simply not found. */
export function idOf(ctx: RouterContext<AppState, DefaultContext>): number {
  const id = ctx.params.id ?? '';
  if (!/^[1-9]\d{0,14}$/.test(id)) throw new NotFoundError();
  return Number(id);
}
