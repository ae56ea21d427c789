import { QueryTypes, type Sequelize } from 'sequelize';

/**
 * Does `work` while no other process does work of that name; the lock's own session does nothing else, so it is held until
 * the work has committed.
 *
 * @returns null when another process is at it
 */
export function withNamedLock<T>(db: Sequelize, name: string, work: () => Promise<T>): Promise<T | null> {
  // The name is known to the whole database server, which may hold other databases of ours.
  const lock = `CONCAT(:name, '.', LEFT(SHA2(DATABASE(), 256), 32))`;
  return db.transaction(async (session) => {
    const options = { replacements: { name }, transaction: session };
    const [row] = await db.query<{ held: number | null }>(`SELECT GET_LOCK(${lock}, 0) AS held`, {
      ...options,
      type: QueryTypes.SELECT,
    });
    if (row?.held !== 1) return null;
    try {
      return await work();
    } finally {
      await db.query(`SELECT RELEASE_LOCK(${lock})`, options);
    }
  });
}
