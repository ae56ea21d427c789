import { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import type { Deps } from '../../deps';
import { only } from '../../middlewares/access';
import type { AppState } from '../../middlewares/context';
import { presentClassRow } from '../../presenters/classDate';
import { listClassDates, type ClassRow } from '../../queries/listClassDates';
import { isZoomConfigured } from '../../queries/readZoomSettings';
import { render } from '../../views/render';
import { paths } from '../paths';
import { addBlockRoutes } from './blocks';
import { addAuditLogRoutes } from './auditLogs';
import { addClassDateRoutes } from './classDates';
import { addClassSettingsRoutes } from './classSettings';
import { addDeliveryRoutes } from './deliveries';
import { addGuestRoutes } from './guests';
import { addIncidentRoutes } from './incidents';
import { addPassRoutes } from './passes';
import { addOrderRoutes } from './orders';
import { addPeopleRoutes } from './people';
import { addSecurityLogRoutes } from './securityLogs';
import { addWebhookRoutes } from './webhooks';
import { addZoomSettingsRoutes } from './zoomSettings';

const REFRESH_SECONDS = 10;

export function adminRoutes(deps: Deps): Router<AppState, DefaultContext> {
  const router = new Router<AppState, DefaultContext>();
  router.get(paths.admin, only('admin'), async (ctx) => {
    const zone = ctx.state.user?.timeZone ?? null;
    const { upcoming, recent } = await listClassDates(deps.clock.now());
    const present = (row: ClassRow) => ({ ...presentClassRow(row, zone), href: paths.classDate(row.classDate.id) });
    render(ctx, 'admin/dashboard', {
      title: 'Classes',
      refreshSeconds: REFRESH_SECONDS,
      zoomIncomplete: !(await isZoomConfigured(deps)),
      upcoming: upcoming.map((row) => present(row)),
      recent: recent.map((row) => present(row)),
    });
  });
  addPeopleRoutes(router, deps);
  addOrderRoutes(router, deps);
  addGuestRoutes(router, deps);
  addClassDateRoutes(router, deps);
  addClassSettingsRoutes(router, deps);
  addIncidentRoutes(router, deps);
  addPassRoutes(router, deps);
  addDeliveryRoutes(router, deps);
  addZoomSettingsRoutes(router, deps);
  addWebhookRoutes(router, deps);
  addSecurityLogRoutes(router, deps);
  addBlockRoutes(router, deps);
  addAuditLogRoutes(router, deps);
  return router;
}
