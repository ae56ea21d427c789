import { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import type { Deps } from '../../deps';
import { only } from '../../middlewares/access';
import type { AppState } from '../../middlewares/context';
import { presentClassRow } from '../../presenters/classDate';
import { risksInShort } from '../../presenters/classRisk';
import { listClassDates, type ClassRow } from '../../queries/listClassDates';
import { findOpenRisks } from '../../queries/findClassRisks';
import { countClassesAtRisk } from '../../queries/listClassesAtRisk';
import { isZoomConfigured } from '../../queries/readZoomSettings';
import { render } from '../../views/render';
import { paths } from '../paths';
import { addApiKeyRoutes } from './apiKeys';
import { addBlockRoutes } from './blocks';
import { addAuditLogRoutes } from './auditLogs';
import { addClassesAtRiskRoutes } from './classesAtRisk';
import { addClassDateImportRoutes } from './classDateImport';
import { addClassChangeRoutes } from './classChanges';
import { addClassDateRoutes } from './classDates';
import { addClassSettingsRoutes } from './classSettings';
import { addDeliveryRoutes } from './deliveries';
import { addGuestRoutes } from './guests';
import { addIncidentRoutes } from './incidents';
import { addPassRoutes } from './passes';
import { addOrderChangeRoutes } from './orderChanges';
import { addOrderRoutes } from './orders';
import { addPeopleRoutes } from './people';
import { addPushEndpointRoutes } from './pushEndpoints';
import { addRefusedEditRoutes } from './refusedEdits';
import { addSecurityLogRoutes } from './securityLogs';
import { addSetupRoutes } from './setup';
import { addWebhookRoutes } from './webhooks';
import { addZoomSettingsRoutes } from './zoomSettings';

const REFRESH_SECONDS = 10;

export function adminRoutes(deps: Deps): Router<AppState, DefaultContext> {
  const router = new Router<AppState, DefaultContext>();
  router.get(paths.admin, only('admin'), async (ctx) => {
    const zone = ctx.state.user?.timeZone ?? null;
    const now = deps.clock.now();
    const { upcoming, recent } = await listClassDates(now);
    const risks = await findOpenRisks(upcoming.map(({ classDate }) => classDate.id));
    const present = (row: ClassRow) => ({
      ...presentClassRow(row, zone, risksInShort(risks.get(row.classDate.id))),
      href: paths.classDate(row.classDate.id),
    });
    render(ctx, 'admin/dashboard', {
      title: 'Classes',
      refreshSeconds: REFRESH_SECONDS,
      zoomIncomplete: !(await isZoomConfigured(deps)),
      atRisk: await countClassesAtRisk(now),
      upcoming: upcoming.map((row) => present(row)),
      recent: recent.map((row) => present(row)),
    });
  });
  addPeopleRoutes(router, deps);
  addApiKeyRoutes(router, deps);
  addPushEndpointRoutes(router, deps);
  addOrderRoutes(router, deps);
  addGuestRoutes(router, deps);
  addClassDateRoutes(router, deps);
  addClassesAtRiskRoutes(router, deps);
  addClassDateImportRoutes(router, deps);
  addClassChangeRoutes(router, deps);
  addOrderChangeRoutes(router, deps);
  addRefusedEditRoutes(router, deps);
  addClassSettingsRoutes(router, deps);
  addSetupRoutes(router, deps);
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
