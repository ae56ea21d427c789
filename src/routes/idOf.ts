import type { RouterContext } from '@koa/router';
import type { DefaultContext } from 'koa';
import { ROW_ID } from '../domain/rowId';
import { NotFoundError } from '../errors';
import type { AppState } from '../middlewares/context';

/** The :id of the path, or another parameter; whatever is no row id is simply not found. */
export function idOf(ctx: RouterContext<AppState, DefaultContext>, parameter = 'id'): number {
  const id = ctx.params[parameter] ?? '';
  if (!ROW_ID.test(id)) throw new NotFoundError();
  return Number(id);
}
