import { randomBytes } from 'node:crypto';
import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import { OrderGuest } from '../models/OrderGuest';
import { User } from '../models/User';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { findClassWarnings } from '../queries/findClassWarnings';
import { findClassTimeSettings, type ClassTimeSettings } from '../queries/findZoomSettings';
import { deliverOutbox } from '../temporal/outbox';
import { checkSchedule, type WallSchedule } from './checkSchedule';
import { lockOrder } from './lockOrder';
import { newPass } from './newPass';
import { noteOutcome } from './noteOutcome';
import { tellWorkflows } from './tellWorkflows';
import { withholdPasses } from './withheldPasses';
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
  const { classDate, note, outboxIds } = await inTransaction(deps.db, async (transaction) => {
    // Locked: its teacher, its buyer or its guests may just be changed.
    const order = await lockOrder(booking.orderId, transaction);
    return bookClassDateIn(deps, order, booking, origin, transaction);
  });
  await deliverOutbox(deps, ...outboxIds);
  const warnings = await findClassWarnings(deps.db, classDate, deps.clock.now());
  return { classDate, notes: [...(note === null ? [] : [note]), ...warnings] };
}

/** The same as a part of something larger, which delivers the outbox rows after its commit. */
export async function bookClassDateIn(
  deps: Deps,
  order: BookOrder,
  booking: Booking,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<{ classDate: ClassDate; note: string | null; outboxIds: number[] }> {
  const { startsAt, localStart, note } = checkSchedule(booking, deps.clock.now());
  if (order.cancelledAt)
    throw new AppError(
      409,
      'order_cancelled',
      'This order is cancelled. Reopen one of its classes, or make a new order.',
    );
  const { timeZone, durationMinutes } = booking;
  const times = { ...(await findClassTimeSettings(transaction)), ...booking.times };
  const classDate = await ClassDate.create(
    {
      ...{ randomKey: randomBytes(16).toString('hex'), orderId: order.id, teacherId: order.teacherId },
      askedLocalStart: localStart === booking.localStart ? null : booking.localStart,
      ...{ localStart, timeZone, startsAt, durationMinutes, ...times, state: 'scheduled' },
    },
    { transaction },
  );
  const count = await makePasses(deps, order, classDate, transaction);
  const entity = { type: 'class_date', id: classDate.id };
  await writeAudit(deps, origin, { action: 'class_booked', entity }, transaction);
  await writeAudit(deps, origin, { action: 'token_generated', entity, metadata: { count } }, transaction);
  await noteOutcome(classDate, 'class.booked', transaction);
  return { classDate, note, outboxIds: await tellWorkflows(classDate.id, [order.teacherId], 'booked', transaction) };
}

async function makePasses(
  deps: Deps,
  order: BookOrder,
  classDate: ClassDate,
  transaction: Transaction,
): Promise<number> {
  // Locked, so that they are not disabled meanwhile without their new pass being withheld.
  const buyer = await User.findByPk(order.userId, { lock: true, transaction });
  const guests = await OrderGuest.findAll({ where: { orderId: order.id, removedAt: null }, transaction });
  const people = [
    ...(buyer ? [{ userId: buyer.id, guestId: null, email: buyer.email }] : []),
    ...guests.map(({ id, email }) => ({ userId: null, guestId: id, email })),
  ];
  await ZoomSecureToken.bulkCreate(
    people.map((person) => newPass(deps, classDate, person)),
    { transaction },
  );
  if (buyer?.disabledAt) await withholdPasses(buyer.id, deps.clock.now(), transaction, classDate.id);
  return people.length;
}
