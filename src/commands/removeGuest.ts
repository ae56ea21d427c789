import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import type { OrderGuest } from '../models/OrderGuest';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { listOpenClassDates } from '../queries/listOpenClassDates';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';
import { takeBackRegistrant } from './dropRegistrant';
import { forgetRehearsals } from './forgetRehearsals';
import { lockGuest } from './lockGuest';
import { writeAudit, type AuditOrigin } from './writeAudit';

/**
 * Takes a guest out of an order: their passes for class dates that are not over stop working at once.
 *
 * @returns whether they were a guest until now
 */
export async function removeGuest(deps: Deps, { guestId }: { guestId: number }, origin: AuditOrigin): Promise<boolean> {
  const outboxIds = await inTransaction(deps.db, (transaction) => remove(deps, guestId, origin, transaction));
  await deliverOutbox(deps, ...(outboxIds ?? []));
  return outboxIds !== null;
}

async function remove(
  deps: Deps,
  guestId: number,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<number[] | null> {
  const guest = await lockGuest(guestId, transaction);
  return guest.removedAt ? null : removeGuestIn(deps, guest, origin, transaction);
}

/**
 * The same as a part of something larger, which delivers the outbox rows after its commit.
 *
 * @param guest of an order that is locked
 */
export async function removeGuestIn(
  deps: Pick<Deps, 'clock' | 'signingKeys'>,
  guest: OrderGuest,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<number[]> {
  const { id: guestId } = guest;
  const now = deps.clock.now();
  await guest.update({ removedAt: now }, { transaction });
  const classDates = await listOpenClassDates(guest.orderId, transaction);
  const where = { guestId, classDateId: classDates.map(({ id }) => id), revokedAt: null };
  const passes = await ZoomSecureToken.findAll({ where, lock: true, transaction });
  await forgetRehearsals({ id: passes.map(({ classDateId }) => classDateId) }, transaction);
  const outboxIds: number[] = [];
  for (const pass of passes) {
    await pass.update({ revokedAt: now }, { transaction });
    await takeBackRegistrant(pass, transaction);
    outboxIds.push(await addToOutbox({ classDateId: pass.classDateId }, 'roster changed', transaction));
  }
  const entity = { type: 'book_order', id: guest.orderId };
  const metadata = { guestId, passes: passes.length };
  await writeAudit(deps, origin, { action: 'guest_removed', entity, metadata }, transaction);
  return outboxIds;
}
