import type { Sequelize, Transaction } from 'sequelize';
import type { Deps } from '../deps';

/**
 * Everything a command works with, but for good: each transaction is taken back once its work is done. So a trial checks
 * what the command itself checks, and says what it would come to. Nothing is told to Temporal: what was written to the
 * outbox is gone by then.
 */
export function onTrial(deps: Deps): Deps {
  const transaction = <T>(work: (transaction: Transaction) => Promise<T>) => takeBack(deps.db, work);
  return { ...deps, db: Object.create(deps.db, { transaction: { value: transaction } }) as Sequelize };
}

async function takeBack<T>(db: Sequelize, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const transaction = await db.transaction();
  try {
    return await work(transaction);
  } finally {
    await transaction.rollback();
  }
}
