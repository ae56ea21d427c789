import { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import type { Deps } from '../../deps';
import { NotFoundError } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppContext, AppRouterContext, AppState } from '../../middlewares/context';
import { userOf } from '../../middlewares/signedInUser';
import { presentAttendance } from '../../presenters/attendance';
import { correctionForms, presentCorrections } from '../../presenters/attendanceCorrections';
import { ATTENDANCE_CSV_HEAD, attendanceCsvRows } from '../../presenters/attendanceCsv';
import { csvStream } from '../../presenters/csv';
import { findAttendancePage, type AttendancePage } from '../../queries/findAttendancePage';
import { render } from '../../views/render';
import type { FormState } from '../admin/forms';
import { idOf } from '../idOf';
import { paths } from '../paths';
import { addCorrectionRoutes } from './corrections';

/** Until the class is settled, or is off, its figures go on changing. */
const REFRESH_SECONDS = 10;

/** Who was in a class: for admins, who may put it right, and for its teacher. */
export function attendanceRoutes(deps: Deps): Router<AppState, DefaultContext> {
  const router = new Router<AppState, DefaultContext>();
  router.get(paths.attendance(':id'), only('admin'), async (ctx) => showForAdmin(deps, ctx));
  router.get(paths.attendanceCsv(':id'), only('admin'), async (ctx) => sendCsv(deps, ctx, await find(deps, ctx, null)));
  router.get(paths.myAttendance(':id'), only('teacher'), async (ctx) => {
    const page = presentAttendance(await find(deps, ctx, userOf(ctx).id), userOf(ctx).timeZone);
    const csvHref = paths.myAttendanceCsv(page.id);
    render(ctx, 'teacher/attendance', { ...page, csvHref, refreshSeconds: page.changes ? REFRESH_SECONDS : null });
  });
  router.get(paths.myAttendanceCsv(':id'), only('teacher'), async (ctx) =>
    sendCsv(deps, ctx, await find(deps, ctx, userOf(ctx).id)),
  );
  addCorrectionRoutes(router, deps, (ctx, form) => showForAdmin(deps, ctx, form));
  return router;
}

async function showForAdmin(deps: Deps, ctx: AppRouterContext, form: FormState = {}): Promise<void> {
  const found = await find(deps, ctx, null);
  const { id } = found.classDate;
  const zone = userOf(ctx).timeZone;
  render(ctx, 'admin/attendance', {
    ...presentAttendance(found, zone),
    ...presentCorrections(found, zone ?? found.classDate.timeZone, (one) => paths.attendanceCorrection(id, one)),
    ...form,
    forms: correctionForms(found, form),
    csvHref: paths.attendanceCsv(id),
    correctHref: paths.attendanceCorrections(id),
  });
}

async function find(deps: Deps, ctx: AppRouterContext, teacherId: number | null): Promise<AttendancePage> {
  const page = await findAttendancePage(idOf(ctx), teacherId, deps.clock.now());
  if (!page) throw new NotFoundError('There is no such class date.');
  return page;
}

function sendCsv(deps: Deps, ctx: AppContext, page: AttendancePage): void {
  ctx.attachment(`attendance-${page.classDate.id}-${deps.clock.now().toISOString().slice(0, 10)}.csv`);
  ctx.type = 'text/csv; charset=utf-8';
  const rows = attendanceCsvRows(page, userOf(ctx).timeZone ?? page.classDate.timeZone);
  ctx.body = csvStream(ATTENDANCE_CSV_HEAD, [rows]);
}
