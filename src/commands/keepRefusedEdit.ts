import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { ChangedHereError } from '../errors';
import { RefusedEdit } from '../models/RefusedEdit';
import type { Precondition } from './preconditions';

/** What an edit was of. */
export type EditSubject = BookingSubject | { readonly userId: number };

interface BookingSubject {
  readonly orderId: number;
  /** null for the order itself */
  readonly classDateId: number | null;
}

/**
 * Carries out what a marketplace sent. What is refused because it was changed here is kept, so that somebody here can
 * decide whose word it is to be; of each order, class date and person the last edit alone.
 *
 * @param find what it is of, once it was refused for those fields; null: it is not kept
 */
export async function keepingRefused<T>(
  deps: Pick<Deps, 'db' | 'clock'>,
  put: Precondition,
  find: (names: readonly string[]) => Promise<EditSubject | null>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const subject = error instanceof ChangedHereError ? await find(error.names) : null;
    if (subject && error instanceof ChangedHereError) await keep(deps, subject, put, error.names);
    throw error;
  }
}

/** What was refused is out of date: it went through, or the marketplace has sent something else since. */
export async function forgetRefusedEdit(subject: EditSubject, transaction: Transaction): Promise<void> {
  await RefusedEdit.destroy({ where: { subjectKey: keyOf(subject) }, transaction });
}

async function keep(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  subject: EditSubject,
  put: Precondition,
  names: readonly string[],
): Promise<void> {
  // Whoever decides looks at it as it is then.
  const content = JSON.stringify({ ...put, ifMatch: null, onlyNew: false });
  const row = { ...subject, subjectKey: keyOf(subject), fields: names.join(' '), content, refusedAt: clock.now() };
  await inTransaction(db, (transaction) => RefusedEdit.upsert(row, { transaction }));
}

function keyOf(subject: EditSubject): string {
  if ('userId' in subject) return `user:${subject.userId}`;
  const { orderId, classDateId } = subject;
  return classDateId === null ? `order:${orderId}` : `class_date:${classDateId}`;
}
