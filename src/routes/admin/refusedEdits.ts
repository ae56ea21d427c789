import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { z } from 'zod';
import { REFUSED_EDIT_DECISIONS, settleRefusedEdit } from '../../commands/settleRefusedEdit';
import type { Deps } from '../../deps';
import { AppError, FieldErrors } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppRouterContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { parseBody } from '../../middlewares/validate';
import { presentRefusedEdit } from '../../presenters/refusedEdit';
import { countRefusedEdits, listRefusedEdits } from '../../queries/listRefusedEdits';
import { render } from '../../views/render';
import { idOf } from '../idOf';
import { paths } from '../paths';
import { toldSchema } from './editForm';

const settlementSchema = z.object({
  decision: z.enum(REFUSED_EDIT_DECISIONS, 'Choose whose word it is to be.'),
  refusedAt: z.coerce.date().optional().catch(undefined),
});

/** What marketplaces want otherwise than it was changed here: an admin decides whose word it is to be. */
export function addRefusedEditRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.refusedEdits, only('admin'), async (ctx) => {
    const zone = ctx.state.user?.timeZone ?? null;
    const edits = (await listRefusedEdits()).map((row) => presentRefusedEdit(row, zone));
    const total = await countRefusedEdits();
    const others = total > edits.length ? { shown: edits.length, total } : null;
    render(ctx, 'admin/refusedEdits', { title: 'Changed here, and by a marketplace', edits, others });
  });
  router.post(paths.refusedEdit(':id'), only('admin'), (ctx) => settle(deps, ctx));
}

async function settle(deps: Deps, ctx: AppRouterContext): Promise<void> {
  try {
    const settlement = { ...parseBody(ctx, settlementSchema), ...parseBody(ctx, toldSchema) };
    await settleRefusedEdit(deps, { id: idOf(ctx), ...settlement }, originOf(ctx));
    redirectWithFlash(ctx, paths.refusedEdits, DONE[settlement.decision]);
  } catch (error) {
    const inWords = error instanceof FieldErrors || (error instanceof AppError && error.status === 409);
    if (!inWords) throw error;
    redirectWithFlash(ctx, paths.refusedEdits, error.message, 'bad');
  }
}

const DONE = {
  ours: 'What was changed here stands. The marketplace is not refused any more when it sends the same again.',
  theirs: 'It is now as the marketplace says.',
} as const;
