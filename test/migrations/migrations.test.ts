import { QueryTypes } from 'sequelize';
import { openDatabase } from '../../src/db/connection';
import { migrateDown, migrateUp } from '../../src/db/migrate';
import { createEmptyDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;

beforeAll(async () => {
  database = await createEmptyDatabase();
});
afterAll(() => database.drop());

async function select<T extends object>(sql: string): Promise<T[]> {
  const db = openDatabase({ url: database.url, poolMax: 2 });
  try {
    return await db.query<T>(sql, { type: QueryTypes.SELECT });
  } finally {
    await db.close();
  }
}

/** Every column, index and foreign key of the schema, as the server reports them. */
async function schema() {
  const columns = await select(
    `SELECT table_name AS t, column_name AS c, column_type AS k, is_nullable AS n, collation_name AS o
       FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1, ordinal_position`,
  );
  const indexes = await select(
    `SELECT table_name AS t, index_name AS i, seq_in_index AS s, column_name AS c, non_unique AS u
       FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY 1, 2, 3`,
  );
  return { columns, indexes };
}

describe('migrations', () => {
  it('go up, all the way down, and up again to the same schema', async () => {
    const applied = await migrateUp(database.url);
    const first = await schema();
    expect(await migrateUp(database.url)).toEqual([]);

    const takenBack = await migrateDown(database.url);
    expect(takenBack).toEqual([...applied].reverse());
    const left = await select<{ name: string }>(
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
    );
    expect(left).toEqual([{ name: 'migrations' }]);

    expect(await migrateUp(database.url)).toEqual(applied);
    expect(await schema()).toEqual(first);
  });

  it('may be started by several processes at once', async () => {
    await migrateDown(database.url);
    const results = await Promise.all([1, 2, 3].map(() => migrateUp(database.url)));
    expect(results.filter((names) => names.length > 0)).toHaveLength(1);
  });

  it('index every foreign key', async () => {
    const unindexed = await select(
      `SELECT k.table_name AS t, k.column_name AS c FROM information_schema.key_column_usage k
        WHERE k.table_schema = DATABASE() AND k.referenced_table_name IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM information_schema.statistics s
            WHERE s.table_schema = k.table_schema AND s.table_name = k.table_name
              AND s.column_name = k.column_name AND s.seq_in_index = 1)`,
    );
    expect(unindexed).toEqual([]);
  });
});

describe('a session', () => {
  it('is READ COMMITTED, strict and in UTC', async () => {
    const [variables] = await select<{ mode: string; zone: string }>(
      `SELECT @@SESSION.sql_mode AS mode, @@SESSION.time_zone AS zone`,
    );
    expect(variables?.mode).toContain('STRICT_ALL_TABLES');
    expect(variables?.zone).toBe('+00:00');
    const isolation = await select<{ Value: string }>(
      `SHOW SESSION VARIABLES WHERE Variable_name IN ('transaction_isolation', 'tx_isolation')`,
    );
    expect(isolation.map(({ Value }) => Value)).toContain('READ-COMMITTED');
  });
});
