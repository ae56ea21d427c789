import { UniqueConstraintError, type Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { FieldErrors, NotFoundError } from '../errors';
import { BookOrder } from '../models/BookOrder';
import { OrderGuest } from '../models/OrderGuest';
import { User } from '../models/User';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { listOpenClassDates } from '../queries/listOpenClassDates';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';
import { forgetRehearsals } from './forgetRehearsals';
import { lockGuest } from './lockGuest';
import { isEmail } from './parseGuests';
import { reissuePass } from './reissuePass';
import { writeAudit, type AuditOrigin } from './writeAudit';

/** What is not given stays. */
export interface Correction {
  readonly guestId: number;
  readonly email?: string | undefined;
  /** '' for none */
  readonly name?: string | undefined;
}

export interface Corrected {
  readonly name: boolean;
  readonly address: boolean;
  /** to how many class dates the new address is invited at once, because the former one had been */
  readonly invitations: number;
}

export const NAME_MAX = 120;

/**
 * Corrects a guest's name or address. Another address is another mailbox: it gets a link of its own for each class date
 * that is not over, and the former link stops working at once.
 *
 * @throws FieldErrors; nothing has been saved then
 */
export async function correctGuest(deps: Deps, correction: Correction, origin: AuditOrigin): Promise<Corrected> {
  checkName(correction.name ?? '');
  if (correction.email !== undefined && !isEmail(correction.email))
    throw wrongAddress('Enter one e-mail address, such as name@example.org.');
  try {
    const { outboxIds, ...corrected } = await inTransaction(deps.db, (transaction) =>
      correct(deps, correction, origin, transaction),
    );
    await deliverOutbox(deps, ...outboxIds);
    return corrected;
  } catch (error) {
    if (!(error instanceof UniqueConstraintError)) throw error;
    // MySQL's collation takes é for e and ß for ss.
    throw wrongAddress('Another guest has this address, but for its accents. Enter a different one.');
  }
}

function checkName(name: string): void {
  const message = `Use at most ${NAME_MAX} characters.`;
  if (name.length > NAME_MAX) throw new FieldErrors([{ field: 'name', message }]);
}

async function correct(
  deps: Deps,
  { guestId, ...correction }: Correction,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<Corrected & { outboxIds: number[] }> {
  const guest = await lockGuest(guestId, transaction);
  if (guest.removedAt) throw new NotFoundError('This guest was removed. Add them again on the page of their order.');
  const { email = guest.email, name = guest.name ?? '' } = correction;
  if (email !== guest.email) await refuseTaken(guest, email, transaction);
  const changed = { name: name !== (guest.name ?? ''), address: email !== guest.email };
  if (!changed.name && !changed.address) return { ...changed, invitations: 0, outboxIds: [] };
  await guest.update({ email, name: name === '' ? null : name }, { transaction });
  const { invitations, outboxIds } = changed.address
    ? await moveToAddress(deps, guest, transaction)
    : { invitations: 0, outboxIds: [] };
  const entity = { type: 'book_order', id: guest.orderId };
  const metadata = { guestId, ...changed, passes: outboxIds.length, invitations };
  await writeAudit(deps, origin, { action: 'guest_corrected', entity, metadata }, transaction);
  return { ...changed, invitations, outboxIds };
}

async function refuseTaken({ id, orderId }: OrderGuest, email: string, transaction: Transaction): Promise<void> {
  const order = await BookOrder.findByPk(orderId, { transaction, rejectOnEmpty: true });
  const buyer = await User.findByPk(order.userId, { transaction });
  const isSame = (other: string) => other.toLowerCase() === email.toLowerCase();
  if (buyer && isSame(buyer.email)) {
    throw wrongAddress('This is the buyer, who has a pass already. Enter the guest’s own address.');
  }
  const guests = await OrderGuest.findAll({ where: { orderId }, transaction });
  const other = guests.find((guest) => guest.id !== id && isSame(guest.email));
  if (!other) return;
  throw wrongAddress(
    other.removedAt
      ? 'Somebody with this address was a guest and was removed. Remove this guest, and add that address again.'
      : 'Another guest has this address. Enter a different one, or remove this guest.',
  );
}

async function moveToAddress(
  deps: Deps,
  { id: guestId, orderId, email }: OrderGuest,
  transaction: Transaction,
): Promise<{ invitations: number; outboxIds: number[] }> {
  let invitations = 0;
  const outboxIds: number[] = [];
  const touched: number[] = [];
  for (const classDate of await listOpenClassDates(orderId, transaction)) {
    const where = { classDateId: classDate.id, guestId };
    const pass = await ZoomSecureToken.findOne({ where, lock: true, transaction });
    if (!pass) continue;
    await pass.update({ email }, { transaction });
    if (await reissuePass(deps, pass, classDate, transaction)) invitations += 1;
    outboxIds.push(await addToOutbox({ classDateId: classDate.id }, 'roster changed', transaction));
    touched.push(classDate.id);
  }
  await forgetRehearsals({ id: touched }, transaction);
  return { invitations, outboxIds };
}

function wrongAddress(message: string): FieldErrors {
  return new FieldErrors([{ field: 'email', message }]);
}
