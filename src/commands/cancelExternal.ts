import { Op, type Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import type { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import { wordsSent } from '../queries/buyersAsNamed';
import {
  listGuests,
  requireClassDateOf,
  requireOrderOf,
  type ExternalClassDateId,
  type ExternalOrderId,
} from '../queries/externalBookings';
import { CLASS_DATE_FIELDS, classDateDigests, lastSent, orderTag, tagOf } from '../queries/externalFields';
import { deliverOutbox } from '../temporal/outbox';
import { cancelClassIn } from './cancelClass';
import { cancelOrderIn } from './cancelOrder';
import type { ClassEdit } from './changeClass';
import { checkTag, fieldsToChange, refuseOld, type Precondition } from './preconditions';
import type { AuditOrigin } from './writeAudit';

type Cancelling = Precondition & Pick<ClassEdit, 'force' | 'notify'>;

/**
 * Cancels an order for a marketplace's program, with all its class dates that are still to come. Doing it again changes
 * nothing.
 *
 * @throws NotFoundError, AppError 409 and 412
 */
export async function cancelOrderOf(
  deps: Deps,
  put: ExternalOrderId & Cancelling,
  origin: AuditOrigin,
): Promise<BookOrder> {
  const { order, outboxIds } = await inTransaction(deps.db, async (transaction) => {
    const found = await requireOrderOf(put, transaction);
    const sent = await wordsSent([found.id], transaction);
    const guests = await listGuests(found.id, transaction);
    checkTag(put, orderTag(found, guests, sent(found.id, found.userId)));
    refuseOld(put.revision, found.externalRevision, found.cancelledAt === null);
    const edit = { orderId: found.id, force: put.force, notify: put.notify };
    const done = await cancelOrderIn(deps, edit, origin, transaction);
    await noteSentCancellations(found.id, transaction);
    await found.reload({ transaction });
    const order = await found.update(revisionColumn(put), { transaction, silent: true });
    return { order, outboxIds: done.outboxIds };
  });
  await deliverOutbox(deps, ...outboxIds);
  return order;
}

/** The class dates went with it: that they are cancelled was not done here. */
async function noteSentCancellations(orderId: number, transaction: Transaction): Promise<void> {
  const where = { orderId, state: 'cancelled' as const, externalFields: { [Op.ne]: null } };
  for (const classDate of await ClassDate.findAll({ where, transaction })) {
    const externalFields = JSON.stringify({ ...lastSent(classDate, CLASS_DATE_FIELDS), state: 'cancelled' });
    await classDate.update({ externalFields }, { transaction, silent: true });
  }
}

/**
 * Cancels a class date for a marketplace's program. One that the program had cancelled and that was reopened here is not
 * cancelled by the same word again.
 *
 * @throws NotFoundError, ChangedHereError, AppError 409 and 412
 */
export async function cancelClassDateOf(
  deps: Deps,
  put: ExternalClassDateId & Cancelling,
  origin: AuditOrigin,
): Promise<{ order: BookOrder; classDate: ClassDate }> {
  const { outboxIds, ...done } = await inTransaction(deps.db, async (transaction) => {
    const found = await requireClassDateOf(put, transaction);
    const { classDate } = found;
    const current = classDateDigests(classDate, classDate.state === 'cancelled');
    checkTag(put, tagOf(current));
    refuseOld(put.revision, classDate.externalRevision, current.state !== 'cancelled');
    const sent = lastSent(classDate, CLASS_DATE_FIELDS);
    if (current.state !== 'cancelled' && sent?.state === 'cancelled') refuseReopened(put, current);
    const edit = { classDateId: classDate.id, force: put.force, notify: put.notify };
    const cancelled = await cancelClassIn(deps, edit, origin, transaction);
    await classDate.reload({ transaction });
    const externalFields = JSON.stringify({ ...(sent ?? current), state: 'cancelled' });
    await classDate.update({ externalFields, ...revisionColumn(put) }, { transaction, silent: true });
    return { ...found, outboxIds: cancelled.outboxIds };
  });
  await deliverOutbox(deps, ...outboxIds);
  return done;
}

/** The highest that has come; a lower one has been refused by then. */
function revisionColumn({ revision }: Cancelling): { externalRevision?: number } {
  return revision === null ? {} : { externalRevision: revision };
}

function refuseReopened(put: Cancelling, current: ReturnType<typeof classDateDigests>): void {
  const reopened = { revision: null, sent: { ...current, state: 'reopened here' }, current };
  fieldsToChange({ revision: null, accept: put.accept }, reopened, { ...current, state: 'cancelled' });
}
