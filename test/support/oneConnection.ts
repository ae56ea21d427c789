import { AsyncLocalStorage } from 'node:async_hooks';
import type { Sequelize, Transaction } from 'sequelize';

type Work = (transaction: Transaction) => Promise<unknown>;

const inside = new AsyncLocalStorage<true>();

/**
 * Makes it an error to ask for a second connection inside a transaction: where as many do so at once as there are
 * connections, all of them wait for each other until they give up. The session of a named lock is there to be held beside
 * another, so it may.
 */
export function forbidSecondConnections(db: Sequelize): void {
  const begin = db.transaction.bind(db) as (...given: unknown[]) => Promise<unknown>;
  const transaction = (...given: unknown[]) => {
    const work = given.at(-1);
    if (typeof work !== 'function' || /\bnamedLock\b/.test(new Error().stack ?? '')) return begin(...given);
    return begin(...given.slice(0, -1), (one: Transaction) => inside.run(true, () => (work as Work)(one)));
  };
  const manager = db.connectionManager;
  const connect = manager.getConnection.bind(manager);
  Object.assign(db, { transaction });
  Object.assign(manager, {
    getConnection: (options: Parameters<typeof connect>[0]) => {
      if (inside.getStore()) throw new Error('A query inside a transaction was given no transaction.');
      return connect(options);
    },
  });
}
