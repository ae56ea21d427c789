import type { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import type { BookOrder } from '../models/BookOrder';
import type { ClassDate } from '../models/ClassDate';
import { OrderGuest } from '../models/OrderGuest';
import { User } from '../models/User';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { listOpenClassDates } from '../queries/listOpenClassDates';
import { addToOutbox } from '../temporal/outbox';
import { takeBackRegistrant } from './dropRegistrant';
import { forgetRehearsals } from './forgetRehearsals';
import { keepQuietTo } from './keepQuiet';
import { newPass } from './newPass';
import { reissuePass } from './reissuePass';
import { openDoor } from './restorePass';
import { removeGuestIn } from './removeGuest';
import { writeAudit, type AuditOrigin } from './writeAudit';

/** Told for each class date that a change touches, with the outbox rows of it. */
export type NoteTouched = (classDateId: number, outboxIds: readonly number[]) => void;

/**
 * Gives an order to another student: for each class date that is not over they get a pass, and their mail where mails
 * have gone out, unless nobody is to be mailed; the former buyer's passes stop working with the commit.
 *
 * @param order locked
 */
export async function changeBuyer(
  deps: Pick<Deps, 'clock' | 'signingKeys'>,
  order: BookOrder,
  { buyerId, notify }: { readonly buyerId: number; readonly notify?: boolean | undefined },
  origin: AuditOrigin,
  transaction: Transaction,
  note: NoteTouched,
): Promise<void> {
  const formerId = order.userId;
  // Their row as it is now, which a change or a disabling at the same instant waited for.
  const buyer = await User.findByPk(buyerId, { transaction, lock: true, rejectOnEmpty: true });
  await order.update({ userId: buyerId }, { transaction });
  await removeAsGuest(deps, order, buyer, origin, transaction);
  const classDates = await listOpenClassDates(order.id, transaction);
  await forgetRehearsals({ id: classDates.map(({ id }) => id) }, transaction);
  for (const classDate of classDates) {
    await withdraw(deps, classDate, formerId, transaction);
    const pass = await give(deps, classDate, buyer, origin, transaction);
    if (notify === false) await keepQuietTo(pass, classDate, { formerId, now: deps.clock.now() }, transaction);
    const entity = { type: 'class_date', id: classDate.id };
    await writeAudit(deps, origin, { action: 'token_generated', entity, metadata: { count: 1 } }, transaction);
    note(classDate.id, [await addToOutbox({ classDateId: classDate.id }, 'roster changed', transaction)]);
  }
}

/** Nobody has two passes: whoever was a guest of the order is its buyer from now on. */
async function removeAsGuest(
  deps: Pick<Deps, 'clock' | 'signingKeys'>,
  { id: orderId }: BookOrder,
  { email }: User,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<void> {
  const guests = await OrderGuest.findAll({ where: { orderId, removedAt: null }, transaction });
  const same = guests.find((guest) => guest.email.toLowerCase() === email.toLowerCase());
  if (same) await removeGuestIn(deps, same, origin, transaction);
}

async function withdraw(
  { clock }: Pick<Deps, 'clock'>,
  { id: classDateId }: ClassDate,
  userId: number,
  transaction: Transaction,
): Promise<void> {
  const where = { classDateId, userId, revokedAt: null };
  const pass = await ZoomSecureToken.findOne({ where, lock: true, transaction });
  if (!pass) return;
  await pass.update({ revokedAt: clock.now() }, { transaction });
  await takeBackRegistrant(pass, transaction);
}

/** Whoever had the order before comes back with a new link; the former ones stay dead. */
async function give(
  deps: Pick<Deps, 'clock' | 'signingKeys'>,
  classDate: ClassDate,
  { id: userId, email }: User,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<ZoomSecureToken> {
  const where = { classDateId: classDate.id, userId };
  const former = await ZoomSecureToken.findOne({ where, lock: true, transaction });
  if (!former)
    return ZoomSecureToken.create(newPass(deps, classDate, { userId, guestId: null, email }), { transaction });
  await former.update({ email }, { transaction });
  await openDoor(deps, former, origin, transaction);
  await reissuePass(deps, former, classDate, transaction);
  return former;
}
