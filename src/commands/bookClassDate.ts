import { randomBytes } from 'node:crypto';
import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import { OrderGuest } from '../models/OrderGuest';
import { User } from '../models/User';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { findClassWarnings } from '../queries/findClassWarnings';
import { findClassTimeSettings, type ClassTimeSettings } from '../queries/findZoomSettings';
import { deliverOutbox } from '../temporal/outbox';
import { checkSchedule, type WallSchedule } from './checkSchedule';
import { newPass } from './newPass';
import { tellWorkflows } from './tellWorkflows';
import { writeAudit, type AuditOrigin } from './writeAudit';

export interface Booking extends WallSchedule {
  readonly orderId: number;
  /** Settings of this class alone; the general ones where absent. */
  readonly times?: Partial<ClassTimeSettings>;
}

export interface Booked {
  readonly classDate: ClassDate;
  /** What the person who booked should know. */
  readonly notes: readonly string[];
}

/**
 * Books a class date: the row, a join pass for the buyer and each guest, and the word to its workflow, in one commit.
 *
 * @throws FieldErrors; nothing has been saved then
 */
export async function bookClassDate(deps: Deps, booking: Booking, origin: AuditOrigin): Promise<Booked> {
  const resolved = checkSchedule(booking, deps.clock.now());
  const order = await BookOrder.findByPk(booking.orderId, { rejectOnEmpty: true });
  if (order.cancelledAt)
    throw new AppError(
      409,
      'order_cancelled',
      'This order is cancelled. Reopen one of its classes, or make a new order.',
    );
  const times = { ...(await findClassTimeSettings()), ...booking.times };
  const { classDate, outboxIds } = await inTransaction(deps.db, async (transaction) => {
    const created = await ClassDate.create(
      {
        randomKey: randomBytes(16).toString('hex'),
        orderId: order.id,
        teacherId: order.teacherId,
        localStart: resolved.localStart,
        askedLocalStart: resolved.localStart === booking.localStart ? null : booking.localStart,
        timeZone: booking.timeZone,
        startsAt: resolved.startsAt,
        durationMinutes: booking.durationMinutes,
        ...times,
        state: 'scheduled',
      },
      { transaction },
    );
    const count = await makePasses(deps, order, created, transaction);
    const entity = { type: 'class_date', id: created.id };
    await writeAudit(deps, origin, { action: 'class_booked', entity }, transaction);
    await writeAudit(deps, origin, { action: 'token_generated', entity, metadata: { count } }, transaction);
    const outboxIds = await tellWorkflows(created.id, [order.teacherId], 'booked', transaction);
    return { classDate: created, outboxIds };
  });
  await deliverOutbox(deps, ...outboxIds);
  const warnings = await findClassWarnings(deps.db, classDate, deps.clock.now());
  return { classDate, notes: [...(resolved.note === null ? [] : [resolved.note]), ...warnings] };
}

async function makePasses(
  deps: Deps,
  order: BookOrder,
  classDate: ClassDate,
  transaction: Transaction,
): Promise<number> {
  const buyer = await User.findByPk(order.userId, { transaction });
  const guests = await OrderGuest.findAll({ where: { orderId: order.id, removedAt: null }, transaction });
  const people = [
    ...(buyer ? [{ userId: buyer.id, guestId: null, email: buyer.email }] : []),
    ...guests.map(({ id, email }) => ({ userId: null, guestId: id, email })),
  ];
  await ZoomSecureToken.bulkCreate(
    people.map((person) => newPass(deps, classDate, person)),
    { transaction },
  );
  return people.length;
}
