import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { openDatabase } from '../../../src/db/connection';
import { inTransaction } from '../../../src/db/transaction';
import { createEmptyDatabase, type TestDatabase } from '../../support/database';

let database: TestDatabase;
let db: Sequelize;

beforeAll(async () => {
  database = await createEmptyDatabase();
  db = openDatabase({ url: database.url, poolMax: 2 });
  await db.query('CREATE TABLE counts (id INT PRIMARY KEY, n INT NOT NULL) ENGINE=InnoDB');
});

beforeEach(async () => {
  await db.query('REPLACE INTO counts (id, n) VALUES (1, 0), (2, 0)');
});

afterAll(async () => {
  await db.close();
  await database.drop();
});

const count = (on: Sequelize, id: number, transaction: Transaction | null = null) =>
  on.query('UPDATE counts SET n = n + 1 WHERE id = :id', { replacements: { id }, transaction });

async function counted(): Promise<number[]> {
  const rows = await db.query<{ n: number }>('SELECT n FROM counts ORDER BY id', { type: QueryTypes.SELECT });
  return rows.map(({ n }) => n);
}

it('of two that wait for each other the one that the database gives up is done again', async () => {
  let begun = 0;
  let goOn: () => void;
  const bothHoldARow = new Promise<void>((resolve) => (goOn = resolve));
  const countBoth = (first: number, second: number) =>
    inTransaction(db, async (transaction) => {
      await count(db, first, transaction);
      begun += 1;
      if (begun === 2) goOn();
      await bothHoldARow;
      await count(db, second, transaction);
    });
  await Promise.all([countBoth(1, 2), countBoth(2, 1)]);
  expect(begun).toBe(3);
  expect(await counted()).toEqual([2, 2]);
});

it('what the database will never take is not done again', async () => {
  let tries = 0;
  const impossible = inTransaction(db, async (transaction) => {
    tries += 1;
    await db.query('INSERT INTO counts (id, n) VALUES (1, 0)', { transaction });
  });
  await expect(impossible).rejects.toThrow();
  expect(tries).toBe(1);
});

describe('a connection to a server that takes no writes any more', () => {
  let single: Sequelize;

  beforeEach(async () => {
    single = openDatabase({ url: database.url, poolMax: 1 });
    await single.query('SET SESSION TRANSACTION READ ONLY');
  });

  afterEach(() => single.close());

  it('is thrown away, and the transaction is done again on another', async () => {
    await inTransaction(single, (transaction) => count(single, 1, transaction));
    expect(await counted()).toEqual([1, 0]);
  });

  it('fails one statement that stands alone, and no second one', async () => {
    await expect(count(single, 2)).rejects.toThrow();
    await count(single, 2);
    expect(await counted()).toEqual([0, 1]);
  });
});
