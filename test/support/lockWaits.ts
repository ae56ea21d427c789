import { QueryTypes, type Sequelize } from 'sequelize';
import { eventually } from './eventually';

/** Until a transaction of this database waits for a lock that another one holds; those of other tests do not count. */
export async function waitsForALock(db: Sequelize): Promise<void> {
  await eventually('a transaction waits for a lock', async () => {
    const [row] = await db.query<{ waiting: number }>(
      `SELECT COUNT(*) AS waiting
         FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
        WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE()`,
      { type: QueryTypes.SELECT },
    );
    return Number(row?.waiting ?? 0) > 0;
  });
}
