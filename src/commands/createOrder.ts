import { UniqueConstraintError, type Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { FieldErrors, type FieldError } from '../errors';
import { BookOrder } from '../models/BookOrder';
import { OrderGuest } from '../models/OrderGuest';
import { User } from '../models/User';
import { parseGuests, type GuestEntry } from './parseGuests';
import { writeAudit, type AuditOrigin } from './writeAudit';

export interface NewOrder {
  readonly title: string;
  readonly buyerId: number;
  readonly teacherId: number;
  /** one a line, `Name <address>` or an address */
  readonly guests: string;
}

export interface CreatedOrder {
  readonly order: BookOrder;
  readonly notes: readonly string[];
}

const TITLE_MAX = 180;

/** @throws FieldErrors; nothing has been saved then */
export async function createOrder(deps: Deps, input: NewOrder, origin: AuditOrigin): Promise<CreatedOrder> {
  try {
    return await inTransaction(deps.db, (transaction) => createIn(deps, input, origin, transaction));
  } catch (error) {
    if (!(error instanceof UniqueConstraintError)) throw error;
    // MySQL's collation takes é for e and ß for ss.
    const message = 'Two of these addresses differ in accents only. Leave one of them out.';
    throw new FieldErrors([{ field: 'guests', message }]);
  }
}

async function createIn(
  deps: Deps,
  input: NewOrder,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<CreatedOrder> {
  // Both locked, and in the order of every booking: they may just be disabled, or moved to the address of a guest.
  const teacher = await User.findByPk(input.teacherId, { lock: true, transaction });
  const buyer = await User.findByPk(input.buyerId, { lock: true, transaction });
  const { guests, errors, notes } = parseGuests(input.guests, buyer?.email ?? '');
  const problems: FieldError[] = [...errors];
  const title = input.title.trim();
  problems.push(...checkTitle(title));
  if (buyer?.role !== 'student' || buyer.disabledAt) problems.push({ field: 'buyerId', message: 'Choose a student.' });
  if (teacher?.role !== 'teacher' || teacher.disabledAt)
    problems.push({ field: 'teacherId', message: 'Choose a teacher.' });
  if (problems.length > 0) throw new FieldErrors(problems);
  return { order: await save(deps, { ...input, title }, guests, origin, transaction), notes };
}

/** @param title without spaces around it */
export function checkTitle(title: string): FieldError[] {
  if (title === '') return [{ field: 'title', message: 'Enter a title.' }];
  return title.length > TITLE_MAX ? [{ field: 'title', message: `Use at most ${TITLE_MAX} characters.` }] : [];
}

async function save(
  deps: Deps,
  { title, buyerId, teacherId }: NewOrder,
  guests: readonly GuestEntry[],
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<BookOrder> {
  const created = await BookOrder.create({ title, userId: buyerId, teacherId }, { transaction });
  await OrderGuest.bulkCreate(
    guests.map((guest) => ({ ...guest, orderId: created.id })),
    { transaction },
  );
  const entity = { type: 'book_order', id: created.id };
  const metadata = { guests: guests.length };
  await writeAudit(deps, origin, { action: 'order_created', entity, metadata }, transaction);
  return created;
}
