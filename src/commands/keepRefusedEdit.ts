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

/** Runs what writes in one transaction, and commits it. */
export type Commit = <T>(work: (transaction: Transaction) => Promise<T>) => Promise<T>;

/**
 * Commits what a marketplace sent. What is refused because it was changed here is kept, so that somebody here can decide whose
 * word it is to be; of each order, class date and person the last edit alone. Nothing else of it is written then. It is kept
 * under the locks that it was refused under: what is sent or decided next waits, and finds it.
 *
 * @param find what it is of, once it was refused for those fields; null: it is not kept
 */
export function keepingRefused(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  put: Precondition,
  find: (names: readonly string[], transaction: Transaction) => Promise<EditSubject | null>,
): Commit {
  return async (work) => {
    const done = await inTransaction(db, async (transaction) => {
      await db.query('SAVEPOINT before_the_edit', { transaction });
      try {
        return { result: await work(transaction) };
      } catch (error) {
        if (!(error instanceof ChangedHereError)) throw error;
        // InnoDB keeps the locks when it goes back to a savepoint.
        await db.query('ROLLBACK TO SAVEPOINT before_the_edit', { transaction });
        const subject = await find(error.names, transaction);
        if (subject) await keep(clock.now(), subject, put, error.names, transaction);
        return { error };
      }
    });
    if ('error' in done) throw done.error;
    return done.result;
  };
}

/** What was refused is out of date: it went through, or the marketplace has sent something else since. */
export async function forgetRefusedEdit(subject: EditSubject, transaction: Transaction): Promise<void> {
  await RefusedEdit.destroy({ where: { subjectKey: keyOf(subject) }, transaction });
}

async function keep(
  refusedAt: Date,
  subject: EditSubject,
  put: Precondition,
  names: readonly string[],
  transaction: Transaction,
): Promise<void> {
  // Whoever decides looks at it as it is then.
  const content = JSON.stringify({ ...put, ifMatch: null, onlyNew: false });
  const row = { ...subject, subjectKey: keyOf(subject), fields: names.join(' '), content, refusedAt };
  await RefusedEdit.upsert(row, { transaction });
}

function keyOf(subject: EditSubject): string {
  if ('userId' in subject) return `user:${subject.userId}`;
  const { orderId, classDateId } = subject;
  return classDateId === null ? `order:${orderId}` : `class_date:${classDateId}`;
}
