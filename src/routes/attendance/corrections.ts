import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { z } from 'zod';
import { correctAttendance, undoCorrection } from '../../commands/correctAttendance';
import type { Deps } from '../../deps';
import { NotFoundError } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppRouterContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { userOf } from '../../middlewares/signedInUser';
import { line, parseBody, typedValues } from '../../middlewares/validate';
import { ClassDate } from '../../models/ClassDate';
import { showAgain, type FormState } from '../admin/forms';
import { idOf } from '../idOf';
import { paths } from '../paths';

const correctionSchema = z.object({
  kind: z.enum(['person', 'verdict', 'outcome'], 'Choose what to correct.'),
  subject: line(96).default(''),
  value: line(32),
  reason: line(500),
});

/** An admin puts the attendance of a class right, and takes that back. */
export function addCorrectionRoutes(
  router: Router<AppState, DefaultContext>,
  deps: Deps,
  show: (ctx: AppRouterContext, form: FormState) => Promise<void>,
): void {
  router.post(paths.attendanceCorrections(':id'), only('admin'), async (ctx) => {
    const classDateId = await classDateOf(ctx);
    await showAgain(
      ctx,
      (_, form) => show(ctx, form),
      async () => {
        const input = { classDateId, ...parseBody(ctx, correctionSchema) };
        await correctAttendance(deps, input, { ...originOf(ctx), userId: userOf(ctx).id });
        redirectWithFlash(ctx, paths.attendance(classDateId), 'It is corrected. What Zoom told is kept beside it.');
      },
      inputsOf(typedValues(ctx)['kind'] ?? ''),
    );
  });
  router.post(paths.attendanceCorrection(':id', ':correctionId'), only('admin'), async (ctx) => {
    const classDateId = await classDateOf(ctx);
    const which = { classDateId, correctionId: idOf(ctx, 'correctionId') };
    const undone = await undoCorrection(deps, which, { ...originOf(ctx), userId: userOf(ctx).id });
    const word = undone ? 'The correction is taken back.' : 'That correction did not count any more.';
    redirectWithFlash(ctx, paths.attendance(classDateId), word);
  });
}

/** Each of the forms has its own inputs for the same fields. */
function inputsOf(kind: string) {
  return { subject: `${kind}-subject`, value: `${kind}-value`, reason: `${kind}-reason` };
}

async function classDateOf(ctx: AppRouterContext): Promise<number> {
  const id = idOf(ctx);
  if (!(await ClassDate.findByPk(id, { attributes: ['id'] }))) throw new NotFoundError('There is no such class date.');
  return id;
}
