import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import type { Deps } from '../../deps';
import { NotFoundError } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppState } from '../../middlewares/context';
import { presentClassPage } from '../../presenters/classPage';
import { findClassPage } from '../../queries/findClassPage';
import { render } from '../../views/render';
import { idOf } from '../idOf';
import { paths } from '../paths';

const REFRESH_SECONDS = 5;

export function addClassDateRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.classDate(':id'), only('admin'), async (ctx) => {
    const found = await findClassPage(idOf(ctx), deps.clock.now());
    if (!found) throw new NotFoundError('There is no such class date.');
    const page = presentClassPage(deps.config, found, ctx.state.user?.timeZone ?? null, deps.clock.now());
    render(ctx, 'admin/classDate', { ...page, refreshSeconds: page.over ? null : REFRESH_SECONDS });
  });
}
