import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { z } from 'zod';
import { cancelOrder } from '../../commands/cancelOrder';
import { changeOrder, type OrderChanged, type OrderEdit } from '../../commands/changeOrder';
import type { Deps } from '../../deps';
import { AppError, NotFoundError } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppContext, AppRouterContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { line, parseBody, typedValues } from '../../middlewares/validate';
import { presentOrderCancellation, presentOrderEdit } from '../../presenters/orderEdit';
import { counted } from '../../presenters/securityLog';
import { findOrderEdit } from '../../queries/findOrderEdit';
import { listActive } from '../../queries/listActive';
import { render } from '../../views/render';
import { idOf } from '../idOf';
import { paths } from '../paths';
import { askingForce, choices, chosenId, tickedIn, toldSchema, versionSchema } from './editForm';
import { showAgain, type FormState } from './forms';
import { mergeDetails, type OrderDetails } from './orderDetails';

const detailsSchema = z.object({
  title: line(180),
  buyerId: chosenId('Choose a student.'),
  teacherId: chosenId('Choose a teacher.'),
  ...{ formerTitle: line(180), formerBuyerId: line(20), formerTeacherId: line(20) },
});

interface Page {
  readonly done: string;
  readonly show: (ctx: AppRouterContext, form?: FormState, conflict?: string) => Promise<void>;
  readonly save: (deps: Deps, ctx: AppRouterContext, edit: OrderEdit) => Promise<OrderChanged>;
}

const DETAILS: Page = { done: 'The order is changed', show: showDetails, save: saveDetails };
const CANCELLATION: Page = {
  done: 'The order is cancelled',
  show: showCancellation,
  save: (deps, ctx, edit) => cancelOrder(deps, edit, originOf(ctx)),
};

/** Changing an order, or cancelling it, with all its class dates that are still to come. */
export function addOrderChangeRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  for (const [path, page] of [
    [paths.orderDetails(':id'), DETAILS],
    [paths.orderCancellation(':id'), CANCELLATION],
  ] as const) {
    router.get(path, only('admin'), (ctx) => page.show(ctx));
    router.post(path, only('admin'), (ctx) => carryOut(deps, ctx, page));
  }
}

async function carryOut(deps: Deps, ctx: AppRouterContext, { done, show, save }: Page): Promise<void> {
  const orderId = idOf(ctx);
  const page = (_: AppContext, form: FormState) => show(ctx, form);
  try {
    await showAgain(ctx, page, async () => {
      const { version: expectedVersion } = parseBody(ctx, versionSchema);
      const edit = { orderId, expectedVersion, ...parseBody(ctx, toldSchema) };
      const { changed, classDates } = await askingForce(() => save(deps, ctx, edit));
      const touched = classDates === 0 ? '' : `, and with it ${counted(classDates, 'class date')}`;
      redirectWithFlash(ctx, paths.order(orderId), changed ? `${done}${touched}.` : NOTHING_CHANGED);
    });
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 409) throw error;
    if (error.code !== 'changed_meanwhile') {
      redirectWithFlash(ctx, paths.order(orderId), error.message, 'bad');
      return;
    }
    await show(ctx, { values: typedValues(ctx) }, error.message);
    ctx.status = error.status;
  }
}

const NOTHING_CHANGED = 'It was so already; nothing has changed.';

/** Only what is another than the form was opened with is changed. */
function saveDetails(deps: Deps, ctx: AppRouterContext, edit: OrderEdit): Promise<OrderChanged> {
  const { title, buyerId, teacherId, formerTitle, formerBuyerId, formerTeacherId } = parseBody(ctx, detailsSchema);
  const change = {
    ...edit,
    title: title === formerTitle ? undefined : title,
    buyerId: String(buyerId) === formerBuyerId ? undefined : buyerId,
    teacherId: String(teacherId) === formerTeacherId ? undefined : teacherId,
  };
  return changeOrder(deps, change, originOf(ctx));
}

/** @param conflict what to say when somebody else has changed it since the form was opened */
async function showDetails(ctx: AppRouterContext, form: FormState = {}, conflict?: string): Promise<void> {
  const edit = await findOrderEdit(idOf(ctx), 'teacher');
  if (!edit) throw new NotFoundError('There is no such order.');
  const { title, userId, teacherId, version } = edit.order;
  const now: OrderDetails = { title, buyerId: String(userId), teacherId: String(teacherId) };
  const typed = conflict === undefined ? form.values : mergeDetails(form.values, now);
  const former = { formerTitle: title, formerBuyerId: now.buyerId, formerTeacherId: now.teacherId };
  const values = { ...now, ...former, ...typed };
  const [students, teachers] = await Promise.all([listActive('student', userId), listActive('teacher', teacherId)]);
  const [buyer, teacher] = [choices(students, now.buyerId), choices(teachers, now.teacherId)];
  render(ctx, 'admin/orderDetails', {
    ...presentOrderEdit(edit, ctx.state.user?.timeZone ?? null),
    ...form,
    ...tickedIn(form.values),
    values,
    version: conflict === undefined ? (form.values?.['version'] ?? version) : version,
    conflict,
    now: { title, buyer: labelOf(buyer), teacher: labelOf(teacher) },
    students: choices(students, values.buyerId),
    teachers: choices(teachers, values.teacherId),
  });
}

function labelOf(people: ReturnType<typeof choices>): string {
  return people.find(({ chosen }) => chosen)?.label ?? '';
}

async function showCancellation(ctx: AppRouterContext, form: FormState = {}, conflict?: string): Promise<void> {
  const edit = await findOrderEdit(idOf(ctx), 'cancellation');
  if (!edit) throw new NotFoundError('There is no such order.');
  const page = presentOrderCancellation(edit, ctx.state.user?.timeZone ?? null);
  const { version } = edit.order;
  render(ctx, 'admin/orderCancellation', {
    ...page,
    ...form,
    ...tickedIn(form.values),
    version: conflict === undefined ? (form.values?.['version'] ?? version) : version,
    conflict,
  });
}
