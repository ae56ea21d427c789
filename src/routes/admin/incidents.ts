import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { retryIncident } from '../../commands/retryIncident';
import type { Deps } from '../../deps';
import { NotFoundError } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppRouterContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { presentClassRow } from '../../presenters/classDate';
import { classesInWords, presentIncident, presentIncidentMail } from '../../presenters/incident';
import { presentSweep } from '../../presenters/sweep';
import { findIncidentPage, listIncidents, type IncidentRow } from '../../queries/findIncidents';
import { findLastSweep } from '../../queries/findLastSweep';
import { render } from '../../views/render';
import { idOf } from '../idOf';
import { paths } from '../paths';

const REFRESH_SECONDS = 10;

/** What is wrong now and what was, each with what it touches and what to do. */
export function addIncidentRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.incidents, only('admin'), async (ctx) => {
    const zone = ctx.state.user?.timeZone ?? null;
    const { open, closed } = await listIncidents(deps.clock.now());
    const present = (row: IncidentRow) => ({
      ...presentIncident(row.incident, row, zone),
      href: paths.incident(row.incident.id),
    });
    render(ctx, 'admin/incidents', {
      title: 'Trouble',
      refreshSeconds: REFRESH_SECONDS,
      open: open.map(present),
      closed: closed.map(present),
      sweep: presentSweep(await findLastSweep(), zone, deps.clock.now()),
    });
  });
  router.get(paths.incident(':id'), only('admin'), async (ctx) => {
    const zone = ctx.state.user?.timeZone ?? null;
    const page = await find(deps, ctx);
    const incident = presentIncident(page.incident, page, zone);
    render(ctx, 'admin/incident', {
      title: incident.what,
      refreshSeconds: incident.closedAt === null ? REFRESH_SECONDS : null,
      ...incident,
      classes: page.classes.map((row) => ({
        ...presentClassRow(row, zone),
        href: paths.classDate(row.classDate.id),
      })),
      mails: page.mails.map((mail) => presentIncidentMail(mail, zone)),
    });
  });
  router.post(paths.incidentRetry(':id'), only('admin'), async (ctx) => {
    const { incident } = await find(deps, ctx);
    const classes = await retryIncident(deps, incident, originOf(ctx));
    const tried = classes === 0 ? 'No class waits for it.' : `${classesInWords(classes)} tried again.`;
    redirectWithFlash(ctx, paths.incident(incident.id), `Looking again now. ${tried}`);
  });
}

async function find(deps: Deps, ctx: AppRouterContext) {
  const page = await findIncidentPage(idOf(ctx), deps.clock.now());
  if (!page) throw new NotFoundError('There is no such trouble.');
  return page;
}
