import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { listComingClassDates } from '../queries/listOpenClassDates';
import { deliverOutbox } from '../temporal/outbox';
import { cancellationOf } from './cancelClass';
import { changeClassIn } from './changeClass';
import type { OrderChanged, OrderEdit } from './changeOrder';
import { lockOrder, refuseStaleOrder } from './lockOrder';
import { writeAudit, type AuditOrigin } from './writeAudit';

/**
 * Cancels an order, when it is refunded, say: all its class dates that are still to come, in one commit, and none can be
 * booked any more. Reopening one of them takes it back.
 *
 * @throws AppError 409 when one of them is live and not forced, or the order another than `expectedVersion`
 */
export async function cancelOrder(deps: Deps, edit: OrderEdit, origin: AuditOrigin): Promise<OrderChanged> {
  const { outboxIds, ...result } = await inTransaction(deps.db, (transaction) =>
    cancelOrderIn(deps, edit, origin, transaction),
  );
  await deliverOutbox(deps, ...outboxIds);
  return result;
}

/** The same as a part of something larger, which delivers the outbox rows after its commit. */
export async function cancelOrderIn(
  deps: Deps,
  { orderId, force, notify, expectedVersion }: OrderEdit,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<OrderChanged & { outboxIds: number[] }> {
  const order = await lockOrder(orderId, transaction);
  if (order.cancelledAt) return { changed: false, classDates: 0, outboxIds: [] };
  refuseStaleOrder(order, expectedVersion);
  const now = deps.clock.now();
  await order.update({ cancelledAt: now, version: order.version + 1 }, { transaction });
  const outboxIds: number[] = [];
  let classDates = 0;
  for (const { id: classDateId } of await listComingClassDates(orderId, transaction)) {
    const edit = { classDateId, force, notify };
    const done = await changeClassIn(deps, edit, origin, (row) => cancellationOf(row, now), transaction);
    outboxIds.push(...done.outboxIds);
    classDates += 1;
  }
  const entity = { type: 'book_order', id: orderId };
  await writeAudit(deps, origin, { action: 'order_cancelled', entity, metadata: { classDates } }, transaction);
  return { changed: true, classDates, outboxIds };
}
