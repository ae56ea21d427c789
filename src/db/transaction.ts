import type { Sequelize, Transaction } from 'sequelize';
import { mysqlErrorNumber, READ_ONLY } from './serverErrors';

/**
 * InnoDB chose our transaction as the victim (1213), it waited too long for a lock (1205), or MariaDB 11.6+ saw a newer
 * row than its snapshot (1020). All three mean: nothing was written, do it again. A server that takes no writes means the
 * same, since the pool gives another connection next time.
 */
const RETRYABLE: ReadonlySet<number> = new Set([1213, 1205, 1020, ...READ_ONLY]);
const MAX_TRIES = 5;

/**
 * Runs `work` in one transaction, again from the start when the database asks for it. `work` must only use the
 * database: Zoom, SMTP and Temporal are never called inside a transaction.
 */
export function inTransaction<T>(db: Sequelize, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  return again(() => db.transaction(work));
}

/** Does again what the database asks to have done again: a transaction, or one statement that is its own. */
export async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries >= MAX_TRIES || !RETRYABLE.has(mysqlErrorNumber(error) ?? 0)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** tries));
    }
  }
}
