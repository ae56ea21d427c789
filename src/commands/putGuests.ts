import type { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import type { BookOrder } from '../models/BookOrder';
import type { OrderGuest } from '../models/OrderGuest';
import { listGuests } from '../queries/externalBookings';
import type { GuestContent } from '../queries/externalFields';
import { addGuestsIn } from './addGuests';
import { removeGuestIn } from './removeGuest';
import { writeAudit, type AuditOrigin } from './writeAudit';

/**
 * Makes these the guests of an order: whoever is new gets passes, whoever is left out loses theirs, and whoever stays
 * keeps their link, under the name they have now.
 *
 * @param order locked
 * @returns the outbox rows, to be delivered after the commit
 */
export async function putGuestsIn(
  deps: Pick<Deps, 'clock' | 'signingKeys'>,
  order: BookOrder,
  guests: readonly GuestContent[],
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<number[]> {
  const wanted = new Map(guests.map((guest) => [guest.email.toLowerCase(), guest]));
  const there = new Set<string>();
  const outboxIds: number[] = [];
  for (const guest of await listGuests(order.id, transaction)) {
    const key = guest.email.toLowerCase();
    there.add(key);
    if (!wanted.has(key)) outboxIds.push(...(await removeGuestIn(deps, guest, origin, transaction)));
  }
  const added = guests.filter(({ email }) => !there.has(email.toLowerCase()));
  outboxIds.push(...(await addGuestsIn(deps, order.id, added, origin, transaction)).outboxIds);
  for (const guest of await listGuests(order.id, transaction)) {
    const content = wanted.get(guest.email.toLowerCase());
    if (content) await correct(deps, guest, content, origin, transaction);
  }
  return outboxIds;
}

/** The address is the same: only what they are called, and in which zone and language they read. */
async function correct(
  deps: Pick<Deps, 'signingKeys'>,
  guest: OrderGuest,
  { name, timeZone, language }: GuestContent,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<void> {
  guest.set({ name, timeZone, language });
  if (guest.changed() === false) return;
  await guest.save({ transaction });
  const entity = { type: 'book_order', id: guest.orderId };
  const metadata = { guestId: guest.id, name: true, address: false };
  await writeAudit(deps, origin, { action: 'guest_corrected', entity, metadata }, transaction);
}
