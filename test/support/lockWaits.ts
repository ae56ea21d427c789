import { QueryTypes, type Sequelize } from 'sequelize';
import { eventually } from './eventually';

const TIMEOUT_MS = 60_000;
/** The server makes its list of transactions anew only for who asks a tenth of a second after anybody asked before. */
const EVERY_MS = 250;

/** Until a transaction of this database waits for a lock that another one holds; those of other tests do not count. */
export async function waitsForALock(db: Sequelize): Promise<void> {
  const waits = async (): Promise<boolean> => {
    const [row] = await db.query<{ waiting: number }>(
      `SELECT COUNT(*) AS waiting
         FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
        WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE()`,
      { type: QueryTypes.SELECT },
    );
    return Number(row?.waiting ?? 0) > 0;
  };
  await eventually('a transaction waits for a lock', waits, TIMEOUT_MS, EVERY_MS);
}
