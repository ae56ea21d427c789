import { UniqueConstraintError, type Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { FieldErrors } from '../errors';
import type { ClassDate } from '../models/ClassDate';
import { OrderGuest } from '../models/OrderGuest';
import { User } from '../models/User';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { listOpenClassDates } from '../queries/listOpenClassDates';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';
import { forgetRehearsals } from './forgetRehearsals';
import { lockOrder } from './lockOrder';
import { newPass } from './newPass';
import { parseGuests, type GuestEntry } from './parseGuests';
import { reissuePass } from './reissuePass';
import { openDoor } from './restorePass';
import { writeAudit, type AuditOrigin } from './writeAudit';

interface Addition {
  readonly orderId: number;
  /** one a line, `Name <address>` or an address */
  readonly text: string;
}

export interface AddedGuests {
  readonly added: number;
  /** What was merged, for the person who typed it. */
  readonly notes: readonly string[];
}

const NAMED_MAX = 5;

/**
 * Adds guests to an order, with a pass for each of its class dates that is not over. Whoever was removed before comes
 * back with a new link; whoever is there already stays as they are.
 *
 * @throws FieldErrors; nothing has been saved then
 */
export async function addGuests(deps: Deps, addition: Addition, origin: AuditOrigin): Promise<AddedGuests> {
  try {
    const { outboxIds, ...result } = await inTransaction(deps.db, (transaction) =>
      add(deps, addition, origin, transaction),
    );
    await deliverOutbox(deps, ...outboxIds);
    return result;
  } catch (error) {
    if (!(error instanceof UniqueConstraintError)) throw error;
    // MySQL's collation takes é for e and ß for ss.
    const message = 'One of these addresses differs from another guest’s in accents only. Leave it out.';
    throw new FieldErrors([{ field: 'guests', message }]);
  }
}

async function add(
  deps: Deps,
  { orderId, text }: Addition,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<AddedGuests & { outboxIds: number[] }> {
  // One change of an order's guests at a time; booking a class date of it takes the same lock.
  const order = await lockOrder(orderId, transaction);
  const buyer = await User.findByPk(order.userId, { transaction });
  const { guests: entries, errors, notes } = parseGuests(text, buyer?.email ?? '');
  if (errors.length > 0) throw new FieldErrors(errors);
  if (entries.length === 0 && notes.length === 0)
    throw new FieldErrors([{ field: 'guests', message: 'Enter at least one guest.' }]);
  const { added, there, outboxIds } = await addGuestsIn(deps, orderId, entries, origin, transaction);
  return { added, notes: [...notes, ...notesOn(there)], outboxIds };
}

/** A guest to be added; where only an address and a name are known, the rest is learnt or stays unknown. */
interface NewGuest extends GuestEntry {
  readonly timeZone?: string | null;
  readonly language?: string | null;
}

/**
 * The same as a part of something larger, which holds the order's lock and delivers the outbox rows after its commit.
 *
 * @returns how many are guests from now on, and the addresses of those who were already
 */
export async function addGuestsIn(
  deps: Pick<Deps, 'clock' | 'signingKeys'>,
  orderId: number,
  entries: readonly NewGuest[],
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<{ added: number; there: string[]; outboxIds: number[] }> {
  const { guests, there } = await saveGuests(orderId, entries, transaction);
  const classDates = guests.length > 0 ? await listOpenClassDates(orderId, transaction) : [];
  await forgetRehearsals({ id: classDates.map(({ id }) => id) }, transaction);
  const outboxIds: number[] = [];
  for (const classDate of classDates) {
    await givePasses(deps, classDate, guests, origin, transaction);
    const entity = { type: 'class_date', id: classDate.id };
    const metadata = { count: guests.length };
    await writeAudit(deps, origin, { action: 'token_generated', entity, metadata }, transaction);
    outboxIds.push(await addToOutbox({ classDateId: classDate.id }, 'roster changed', transaction));
  }
  for (const { id: guestId } of guests) {
    const entity = { type: 'book_order', id: orderId };
    const metadata = { guestId, passes: classDates.length };
    await writeAudit(deps, origin, { action: 'guest_added', entity, metadata }, transaction);
  }
  return { added: guests.length, there, outboxIds };
}

/** @returns those who are guests from now on, and the addresses of those who were already */
async function saveGuests(
  orderId: number,
  entries: readonly NewGuest[],
  transaction: Transaction,
): Promise<{ guests: OrderGuest[]; there: string[] }> {
  const known = await OrderGuest.findAll({ where: { orderId }, transaction });
  const knownByEmail = new Map(known.map((guest) => [guest.email.toLowerCase(), guest]));
  const guests: OrderGuest[] = [];
  const there: string[] = [];
  for (const { email, name, ...reader } of entries) {
    const guest = knownByEmail.get(email.toLowerCase());
    if (!guest) {
      guests.push(await OrderGuest.create({ orderId, email, name, ...reader }, { transaction }));
    } else if (guest.removedAt) {
      guests.push(await guest.update({ removedAt: null, name: name ?? guest.name, ...reader }, { transaction }));
    } else {
      there.push(guest.email);
    }
  }
  return { guests, there };
}

async function givePasses(
  deps: Pick<Deps, 'clock' | 'signingKeys'>,
  classDate: ClassDate,
  guests: readonly OrderGuest[],
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<void> {
  const former = await ZoomSecureToken.findAll({
    where: { classDateId: classDate.id, guestId: guests.map(({ id }) => id) },
    lock: true,
    transaction,
  });
  for (const pass of former) {
    await openDoor(deps, pass, origin, transaction);
    await reissuePass(deps, pass, classDate, transaction);
  }
  const formerIds = new Set(former.map(({ guestId }) => guestId));
  const rows = guests
    .filter(({ id }) => !formerIds.has(id))
    .map(({ id, email }) => newPass(deps, classDate, { userId: null, guestId: id, email }));
  await ZoomSecureToken.bulkCreate(rows, { transaction });
}

/** A few by name: however many there are, the note stays short enough to be read. */
function notesOn(there: readonly string[]): string[] {
  const others = there.length - NAMED_MAX;
  return [
    ...there.slice(0, NAMED_MAX).map((email) => `${email} is a guest already.`),
    ...(others > 0 ? [`So are ${others} more.`] : []),
  ];
}
