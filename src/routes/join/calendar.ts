import { presentClassCalendar } from '../../presenters/classCalendar';
import type { AppRouterContext } from '../../middlewares/context';
import { admit, tokenOf, type JoinDeps } from './admit';
import { paths } from '../paths';

/** The class as a calendar file, with the person's own link in it. */
export async function sendCalendar(deps: JoinDeps, ctx: AppRouterContext): Promise<void> {
  const visit = await admit(deps, ctx);
  if (!visit) return;
  const { pass } = visit;
  const joinUrl = `${deps.config.appUrl}${paths.join(pass.classDateId)}?token=${tokenOf(ctx)}`;
  ctx.type = 'text/calendar; charset=utf-8';
  ctx.attachment('class.ics');
  ctx.body = presentClassCalendar({ ...pass, joinUrl, host: new URL(deps.config.appUrl).hostname }, deps.clock.now());
}
