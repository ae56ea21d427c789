import { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import type { Deps } from '../../deps';
import { only } from '../../middlewares/access';
import type { AppState } from '../../middlewares/context';
import { userOf } from '../../middlewares/signedInUser';
import { ZoomConnection } from '../../models/ZoomConnection';
import { presentClassRow } from '../../presenters/classDate';
import { presentClassAtRisk } from '../../presenters/classRisk';
import { listClassDates, type ClassRow } from '../../queries/listClassDates';
import { listClassesAtRisk } from '../../queries/listClassesAtRisk';
import { render } from '../../views/render';
import { paths } from '../paths';
import { addStartRoutes } from './start';
import { addZoomRoutes } from './zoom';

const REFRESH_SECONDS = 10;

export function teacherRoutes(deps: Deps): Router<AppState, DefaultContext> {
  const router = new Router<AppState, DefaultContext>();
  router.get(paths.teacher, only('teacher'), async (ctx) => {
    const { id, timeZone } = userOf(ctx);
    const connection = await ZoomConnection.findOne({ where: { userId: id } });
    const { upcoming, recent } = await listClassDates(deps.clock.now(), id);
    const present = (row: ClassRow, hrefOf: (id: number) => string) => ({
      ...presentClassRow(row, timeZone),
      href: hrefOf(row.classDate.id),
    });
    render(ctx, 'teacher/classes', {
      title: 'My classes',
      refreshSeconds: REFRESH_SECONDS,
      connected: connection?.state === 'connected',
      classes: (await listClassesAtRisk(deps.clock.now(), id)).map((row) =>
        presentClassAtRisk(row, timeZone, paths.startMeeting(row.classDate.id)),
      ),
      upcoming: upcoming.map((row) => present(row, (id) => paths.startMeeting(id))),
      recent: recent.map((row) => present(row, (id) => paths.myAttendance(id))),
    });
  });
  addZoomRoutes(router, deps);
  addStartRoutes(router, deps);
  return router;
}
