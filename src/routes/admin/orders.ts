import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { z } from 'zod';
import { bookClassDate } from '../../commands/bookClassDate';
import { createOrder } from '../../commands/createOrder';
import type { Deps } from '../../deps';
import { isOver } from '../../domain/classStates';
import { NotFoundError } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { line, parseBody } from '../../middlewares/validate';
import type { ClassRisk } from '../../models/ClassRisk';
import { presentClassRow } from '../../presenters/classDate';
import { risksInShort } from '../../presenters/classRisk';
import { formatInstant } from '../../presenters/classTime';
import { clashesInShort } from '../../presenters/hostClash';
import { timeZones } from '../../presenters/timeZones';
import { findOpenRisks } from '../../queries/findClassRisks';
import { listActive } from '../../queries/listActive';
import { countRefusedEdits, listRefusedEdits } from '../../queries/listRefusedEdits';
import { findOrder, listOrders, type ClashingRow } from '../../queries/orders';
import { render } from '../../views/render';
import { idOf } from '../idOf';
import { paths } from '../paths';
import { choices, chosenId, minutes } from './editForm';
import { showAgain, type FormState } from './forms';

export const guestLines = z
  .string('Enter the guests one a line.')
  .max(20_000, 'Use at most 20,000 characters.')
  .default('');

const orderSchema = z.object({
  title: line(180),
  buyerId: chosenId('Choose a student.'),
  teacherId: chosenId('Choose a teacher.'),
  guests: guestLines,
});

const bookingSchema = z.object({
  date: line(10),
  time: line(5),
  timeZone: line(64),
  durationMinutes: minutes,
});

export function addOrderRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.orders, only('admin'), (ctx) => showOrders(ctx));
  router.post(paths.orders, only('admin'), async (ctx) => {
    await showAgain(ctx, showOrders, async () => {
      const { order, notes } = await createOrder(deps, parseBody(ctx, orderSchema), originOf(ctx));
      redirectWithFlash(
        ctx,
        paths.order(order.id),
        ['The order is here. Book its first class date.', ...notes].join(' '),
      );
    });
  });
  router.get(paths.order(':id'), only('admin'), (ctx) => showOrder(deps, ctx, idOf(ctx)));
  router.post(paths.orderClassDates(':id'), only('admin'), async (ctx) => {
    const orderId = idOf(ctx);
    if (!(await findOrder(orderId, deps.clock.now()))) throw new NotFoundError('There is no such order.');
    const show = (context: AppContext, form: FormState) => showOrder(deps, context, orderId, form);
    const save = async () => {
      const { date, time, timeZone, durationMinutes } = parseBody(ctx, bookingSchema);
      const booking = { orderId, localStart: `${date}T${time}`, timeZone, durationMinutes };
      const { classDate, notes } = await bookClassDate(deps, booking, originOf(ctx));
      redirectWithFlash(ctx, paths.classDate(classDate.id), ['The class is booked.', ...notes].join(' '));
    };
    await showAgain(ctx, show, save, { localStart: 'date' });
  });
}

async function showOrders(ctx: AppContext, form: FormState = {}): Promise<void> {
  const [students, teachers] = await Promise.all([listActive('student'), listActive('teacher')]);
  render(ctx, 'admin/orders', {
    title: 'Orders',
    orders: await listOrders(),
    refusedEdits: await countRefusedEdits(),
    students: choices(students, form.values?.['buyerId']),
    teachers: choices(teachers, form.values?.['teacherId']),
    ...form,
  });
}

export async function showOrder(deps: Deps, ctx: AppContext, orderId: number, form: FormState = {}): Promise<void> {
  const order = await findOrder(orderId, deps.clock.now());
  if (!order) throw new NotFoundError('There is no such order.');
  const zone = ctx.state.user?.timeZone ?? null;
  const { classDates, guests, cancelledAt, ...rest } = order;
  const risks = await findOpenRisks(classDates.map(({ classDate }) => classDate.id));
  const values = { timeZone: order.timeZone, durationMinutes: '60', ...form.values };
  render(ctx, 'admin/order', {
    ...rest,
    ...form,
    values,
    zones: timeZones(),
    refusedEdits: (await listRefusedEdits({ orderId })).length,
    cancelled: cancelledAt === null ? null : formatInstant(cancelledAt, zone ?? order.timeZone),
    guests: guests.map((guest) => ({
      ...guest,
      who: guest.name ?? guest.email,
      href: paths.orderGuest(orderId, guest.id),
    })),
    classDates: classDates.map((row) => ({
      ...presentClassRow(row, zone, remarksOn(row, risks.get(row.classDate.id))),
      href: paths.classDate(row.classDate.id),
    })),
  });
}

/** A clash is seen as soon as it is there, its risk not before the next rehearsal. */
function remarksOn({ classDate, clashes }: ClashingRow, risks: readonly ClassRisk[] = []): string[] {
  const others = isOver(classDate.state) ? [] : risks.filter(({ kind }) => kind !== 'clash');
  return [...clashesInShort(clashes), ...risksInShort(others)];
}
