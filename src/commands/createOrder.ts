import { UniqueConstraintError } from 'sequelize';
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
  const [buyer, teacher] = await Promise.all([User.findByPk(input.buyerId), User.findByPk(input.teacherId)]);
  const { guests, errors, notes } = parseGuests(input.guests, buyer?.email ?? '');
  const problems: FieldError[] = [...errors];
  const title = input.title.trim();
  problems.push(...checkTitle(title));
  if (buyer?.role !== 'student' || buyer.disabledAt) problems.push({ field: 'buyerId', message: 'Choose a student.' });
  if (teacher?.role !== 'teacher' || teacher.disabledAt)
    problems.push({ field: 'teacherId', message: 'Choose a teacher.' });
  if (problems.length > 0) throw new FieldErrors(problems);
  const order = await save(deps, { ...input, title }, guests, origin);
  return { order, notes };
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
): Promise<BookOrder> {
  try {
    return await inTransaction(deps.db, async (transaction) => {
      const created = await BookOrder.create({ title, userId: buyerId, teacherId }, { transaction });
      await OrderGuest.bulkCreate(
        guests.map((guest) => ({ ...guest, orderId: created.id })),
        { transaction },
      );
      const entity = { type: 'book_order', id: created.id };
      await writeAudit(
        deps,
        origin,
        { action: 'order_created', entity, metadata: { guests: guests.length } },
        transaction,
      );
      return created;
    });
  } catch (error) {
    if (!(error instanceof UniqueConstraintError)) throw error;
    // MySQL's collation takes é for e and ß for ss.
    const message = 'Two of these addresses differ in accents only. Leave one of them out.';
    throw new FieldErrors([{ field: 'guests', message }]);
  }
}
