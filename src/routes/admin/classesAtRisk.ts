import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import type { Deps } from '../../deps';
import { only } from '../../middlewares/access';
import type { AppState } from '../../middlewares/context';
import { presentClassAtRisk } from '../../presenters/classRisk';
import { listClassesAtRisk } from '../../queries/listClassesAtRisk';
import { render } from '../../views/render';
import { paths } from '../paths';

const REFRESH_SECONDS = 30;

/** What could keep a class of the next 48 hours from being held, while it can still be mended. */
export function addClassesAtRiskRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.classesAtRisk, only('admin'), async (ctx) => {
    const zone = ctx.state.user?.timeZone ?? null;
    const classes = await listClassesAtRisk(deps.clock.now());
    render(ctx, 'admin/classesAtRisk', {
      title: 'Classes at risk',
      refreshSeconds: REFRESH_SECONDS,
      classes: classes.map((row) => presentClassAtRisk(row, zone, paths.classDate(row.classDate.id))),
    });
  });
}
