import type { Sequelize, Transaction } from 'sequelize';

/**
 * InnoDB chose our transaction as the victim (1213), it waited too long for a lock (1205), or MariaDB 11.6+ saw a newer
 * row than its snapshot (1020). All three mean: nothing was written, do it again.
 */
const RETRYABLE = new Set([1213, 1205, 1020]);
const MAX_TRIES = 5;

/**
 * Runs `work` in one transaction, again from the start when the database asks for it. `work` must only use the
 * database: Zoom, SMTP and Temporal are never called inside a transaction.
 */
export async function inTransaction<T>(db: Sequelize, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await db.transaction(work);
    } catch (error) {
      if (tries >= MAX_TRIES || !RETRYABLE.has(mysqlErrorNumber(error) ?? 0)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** tries));
    }
  }
}

/** The server's error number behind a Sequelize or mysql2 error, if there is one. */
function mysqlErrorNumber(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('errno' in error && typeof error.errno === 'number') return error.errno;
  return 'parent' in error ? mysqlErrorNumber(error.parent) : undefined;
}
