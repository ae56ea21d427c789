import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { putRoomBack } from '../../commands/putRoomBack';
import type { Deps } from '../../deps';
import { AppError, NotFoundError } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
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
  router.post(paths.classDateRoom(':id'), only('admin'), async (ctx) => {
    const classDateId = idOf(ctx);
    try {
      const changed = await putRoomBack(deps, { classDateId }, originOf(ctx));
      redirectWithFlash(ctx, paths.classDate(classDateId), changed ? PUT_BACK : AS_IT_IS);
    } catch (error) {
      if (!(error instanceof AppError) || error.status !== 409) throw error;
      redirectWithFlash(ctx, paths.classDate(classDateId), error.message, 'bad');
    }
  });
}

const AS_IT_IS = 'The room at Zoom is as the class is; there was nothing to put back.';
const PUT_BACK = 'The room is put back to how the class is, as soon as Zoom takes it.';
