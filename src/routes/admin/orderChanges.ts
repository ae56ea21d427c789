import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { z } from 'zod';
import { cancelOrder } from '../../commands/cancelOrder';
import { changeOrder, type OrderChanged } from '../../commands/changeOrder';
import type { Deps } from '../../deps';
import { AppError, NotFoundError } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppContext, AppRouterContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { line, parseBody } from '../../middlewares/validate';
import { presentOrderCancellation, presentOrderEdit } from '../../presenters/orderEdit';
import { counted } from '../../presenters/securityLog';
import { findOrderEdit } from '../../queries/findOrderEdit';
import { listActive } from '../../queries/listActive';
import { render } from '../../views/render';
import { idOf } from '../idOf';
import { paths } from '../paths';
import { askingForce, choices, chosenId, tickedIn, toldSchema } from './editForm';
import { showAgain, type FormState } from './forms';

const detailsSchema = z.object({
  title: line(180),
  buyerId: chosenId('Choose a student.'),
  teacherId: chosenId('Choose a teacher.'),
  ...{ formerTitle: line(180), formerBuyerId: line(20), formerTeacherId: line(20) },
});

type Save = () => Promise<OrderChanged>;
type Show = (ctx: AppRouterContext, form?: FormState) => Promise<void>;

/** Changing an order, or cancelling it, with all its class dates that are still to come. */
export function addOrderChangeRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.orderDetails(':id'), only('admin'), (ctx) => showDetails(ctx));
  router.post(paths.orderDetails(':id'), only('admin'), (ctx) =>
    carryOut(ctx, 'The order is changed', showDetails, () => saveDetails(deps, ctx)),
  );
  router.get(paths.orderCancellation(':id'), only('admin'), (ctx) => showCancellation(ctx));
  router.post(paths.orderCancellation(':id'), only('admin'), (ctx) =>
    carryOut(ctx, 'The order is cancelled', showCancellation, () =>
      cancelOrder(deps, { orderId: idOf(ctx), ...parseBody(ctx, toldSchema) }, originOf(ctx)),
    ),
  );
}

async function carryOut(ctx: AppRouterContext, done: string, show: Show, save: Save): Promise<void> {
  const orderId = idOf(ctx);
  const page = (_: AppContext, form: FormState) => show(ctx, form);
  try {
    await showAgain(ctx, page, async () => {
      const { changed, classDates } = await askingForce(save);
      const touched = classDates === 0 ? '' : `, and with it ${counted(classDates, 'class date')}`;
      redirectWithFlash(ctx, paths.order(orderId), changed ? `${done}${touched}.` : NOTHING_CHANGED);
    });
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 409) throw error;
    redirectWithFlash(ctx, paths.order(orderId), error.message, 'bad');
  }
}

const NOTHING_CHANGED = 'It was so already; nothing has changed.';

/** Only what is another than the form was opened with is changed: the rest may have been changed by others meanwhile. */
function saveDetails(deps: Deps, ctx: AppRouterContext): Promise<OrderChanged> {
  const told = parseBody(ctx, toldSchema);
  const { title, buyerId, teacherId, formerTitle, formerBuyerId, formerTeacherId } = parseBody(ctx, detailsSchema);
  const edit = {
    ...{ orderId: idOf(ctx), ...told },
    title: title === formerTitle ? undefined : title,
    buyerId: String(buyerId) === formerBuyerId ? undefined : buyerId,
    teacherId: String(teacherId) === formerTeacherId ? undefined : teacherId,
  };
  return changeOrder(deps, edit, originOf(ctx));
}

async function showDetails(ctx: AppRouterContext, form: FormState = {}): Promise<void> {
  const edit = await findOrderEdit(idOf(ctx), 'teacher');
  if (!edit) throw new NotFoundError('There is no such order.');
  const { title, userId, teacherId } = edit.order;
  const now = { title, buyerId: String(userId), teacherId: String(teacherId) };
  const former = { formerTitle: title, formerBuyerId: now.buyerId, formerTeacherId: now.teacherId };
  const values = { ...now, ...former, ...form.values };
  const [students, teachers] = await Promise.all([listActive('student', userId), listActive('teacher', teacherId)]);
  render(ctx, 'admin/orderDetails', {
    ...presentOrderEdit(edit, ctx.state.user?.timeZone ?? null),
    ...form,
    ...tickedIn(form.values),
    values,
    students: choices(students, values.buyerId),
    teachers: choices(teachers, values.teacherId),
  });
}

async function showCancellation(ctx: AppRouterContext, form: FormState = {}): Promise<void> {
  const edit = await findOrderEdit(idOf(ctx), 'cancellation');
  if (!edit) throw new NotFoundError('There is no such order.');
  const page = presentOrderCancellation(edit, ctx.state.user?.timeZone ?? null);
  render(ctx, 'admin/orderCancellation', { ...page, ...form, ...tickedIn(form.values) });
}
