import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { startAsHost } from '../../commands/startAsHost';
import type { Deps } from '../../deps';
import { AppError, NotFoundError } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { allowFormTo, zoomOrigins } from '../../middlewares/securityHeaders';
import { userOf } from '../../middlewares/signedInUser';
import { presentHostDoor } from '../../presenters/hostDoor';
import { findHostDoor } from '../../queries/findHostDoor';
import { render } from '../../views/render';
import { idOf } from '../idOf';
import { paths } from '../paths';

/** Where a teacher starts a class; the id is the class date's. */
export function addStartRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.startMeeting(':id'), only('teacher'), async (ctx) => {
    allowFormTo(ctx, zoomOrigins(deps));
    const { id, timeZone } = userOf(ctx);
    const door = await findHostDoor(deps, id, idOf(ctx));
    render(ctx, 'teacher/start', presentHostDoor(door, timeZone, deps.clock.now()));
  });
  router.post(paths.startMeeting(':id'), only('teacher'), async (ctx) => {
    const classDateId = idOf(ctx);
    try {
      ctx.redirect(await startAsHost(deps, userOf(ctx).id, classDateId, originOf(ctx)));
      ctx.status = 303;
    } catch (error) {
      if (!(error instanceof AppError) || error instanceof NotFoundError) throw error;
      redirectWithFlash(ctx, paths.startMeeting(classDateId), error.message, 'bad');
    }
  });
}
