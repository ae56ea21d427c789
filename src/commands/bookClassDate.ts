import { randomBytes } from 'node:crypto';
import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { FieldErrors, type FieldError } from '../errors';
import { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import { OrderGuest } from '../models/OrderGuest';
import { User } from '../models/User';
import { ZoomConnection } from '../models/ZoomConnection';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { findClassWarnings } from '../queries/findClassWarnings';
import { findClassTimeSettings, type ClassTimeSettings } from '../queries/findZoomSettings';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';
import { newPass } from './newPass';
import { isTimeZone, resolveWallTime, type ResolvedWallTime } from './resolveWallTime';
import { writeAudit, type AuditOrigin } from './writeAudit';

export interface Booking {
  readonly orderId: number;
  /** wall time, `2026-11-23T10:00` */
  readonly localStart: string;
  /** IANA */
  readonly timeZone: string;
  readonly durationMinutes: number;
  /** Settings of this class alone; the general ones where absent. */
  readonly times?: Partial<ClassTimeSettings>;
}

export interface Booked {
  readonly classDate: ClassDate;
  /** What the person who booked should know. */
  readonly notes: readonly string[];
}

const DURATION_MIN = 1;
const DURATION_MAX = 1440;
/** A year with a digit too many is a slip; beyond the year 9999 MySQL has no instants. */
const AHEAD_MAX_MS = 3653 * 24 * 60 * 60_000;

/**
 * Books a class date: the row, a join pass for the buyer and each guest, and the word to its workflow, in one commit.
 *
 * @throws FieldErrors; nothing has been saved then
 */
export async function bookClassDate(deps: Deps, booking: Booking, origin: AuditOrigin): Promise<Booked> {
  const resolved = checkBooking(deps, booking);
  const order = await BookOrder.findByPk(booking.orderId, { rejectOnEmpty: true });
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
    return { classDate: created, outboxIds: await tellWorkflows(created, transaction) };
  });
  await deliverOutbox(deps, ...outboxIds);
  const warnings = await findClassWarnings(deps.db, classDate, deps.clock.now());
  return { classDate, notes: [...(resolved.note === null ? [] : [resolved.note]), ...warnings] };
}

/** The class's own, and the one that keeps its teacher's connection alive for it. */
async function tellWorkflows({ id, teacherId }: ClassDate, transaction: Transaction): Promise<number[]> {
  const outboxIds = [await addToOutbox({ classDateId: id }, 'booked', transaction)];
  const connection = await ZoomConnection.findOne({ where: { userId: teacherId, state: 'connected' }, transaction });
  if (connection) outboxIds.push(await addToOutbox({ connectionId: connection.id }, 'booked', transaction));
  return outboxIds;
}

function checkBooking(deps: Deps, { localStart, timeZone, durationMinutes }: Booking): ResolvedWallTime {
  const problems: FieldError[] = [];
  const zoneIsKnown = isTimeZone(timeZone);
  if (!zoneIsKnown) {
    problems.push({
      field: 'timeZone',
      message: `“${timeZone}” is no time zone we know. Enter one such as Europe/Berlin.`,
    });
  }
  if (!Number.isInteger(durationMinutes) || durationMinutes < DURATION_MIN || durationMinutes > DURATION_MAX) {
    const message = `Enter how long the class is as a whole number of minutes, from ${DURATION_MIN} to ${DURATION_MAX}.`;
    problems.push({ field: 'durationMinutes', message });
  }
  const resolved = resolveWallTime(localStart, zoneIsKnown ? timeZone : 'UTC');
  if (!resolved)
    problems.push({ field: 'localStart', message: 'Enter the day and the time at which the class starts.' });
  else if (zoneIsKnown && resolved.startsAt <= deps.clock.now()) {
    problems.push({ field: 'localStart', message: 'This is in the past. Choose a time that is still to come.' });
  } else if (resolved.startsAt.getTime() - deps.clock.now().getTime() > AHEAD_MAX_MS) {
    problems.push({ field: 'localStart', message: 'This is more than ten years away. Check the year.' });
  }
  if (problems.length > 0 || !resolved) throw new FieldErrors(problems);
  return resolved;
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
