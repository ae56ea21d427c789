import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { listOpenClassDates } from '../queries/listOpenClassDates';
import { deliverOutbox } from '../temporal/outbox';
import { cancellationOf } from './cancelClass';
import { changeClassIn, type ClassEdit } from './changeClass';
import { lockOrder, type OrderChanged } from './changeOrder';
import { writeAudit, type AuditOrigin } from './writeAudit';

interface OrderCancellation extends Pick<ClassEdit, 'force' | 'notify'> {
  readonly orderId: number;
}

/**
 * Cancels an order, when it is refunded, say: all its class dates that are still to come, in one commit, and none can be
 * booked any more. Reopening one of them takes it back.
 *
 * @throws AppError 409 when one of them is live and not forced
 */
export async function cancelOrder(deps: Deps, edit: OrderCancellation, origin: AuditOrigin): Promise<OrderChanged> {
  const { outboxIds, ...result } = await inTransaction(deps.db, (transaction) =>
    cancelOrderIn(deps, edit, origin, transaction),
  );
  await deliverOutbox(deps, ...outboxIds);
  return result;
}

/** The same as a part of something larger, which delivers the outbox rows after its commit. */
export async function cancelOrderIn(
  deps: Deps,
  { orderId, force, notify }: OrderCancellation,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<OrderChanged & { outboxIds: number[] }> {
  const order = await lockOrder(orderId, transaction);
  if (order.cancelledAt) return { changed: false, classDates: 0, outboxIds: [] };
  const now = deps.clock.now();
  await order.update({ cancelledAt: now }, { transaction });
  const outboxIds: number[] = [];
  let classDates = 0;
  for (const { id, state } of await listOpenClassDates(orderId, transaction)) {
    // It was held.
    if (state === 'ended') continue;
    const edit = { classDateId: id, force, notify };
    const done = await changeClassIn(deps, edit, origin, (row) => cancellationOf(row, now), transaction);
    outboxIds.push(...done.outboxIds);
    classDates += 1;
  }
  const entity = { type: 'book_order', id: orderId };
  await writeAudit(deps, origin, { action: 'order_cancelled', entity, metadata: { classDates } }, transaction);
  return { changed: true, classDates, outboxIds };
}
