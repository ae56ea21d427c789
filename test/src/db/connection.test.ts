import type { Sequelize } from 'sequelize';
import { openDatabase } from '../../../src/db/connection';
import { createEmptyDatabase, type TestDatabase } from '../../support/database';
import { startTcpProxy, type TcpProxy } from '../../support/tcpProxy';

let database: TestDatabase;
let line: TcpProxy;
let db: Sequelize;

beforeAll(async () => {
  database = await createEmptyDatabase();
  line = await startTcpProxy(Number(new URL(database.url).port));
  const url = new URL(database.url);
  url.port = String(line.port);
  db = openDatabase({ url: url.href, poolMax: 2, silenceMs: 500 });
});

afterAll(async () => {
  line.become('up');
  await db.close();
  await line.close();
  await database.drop();
});

it('gives up a statement to which a server that has fallen silent gives no answer, and goes on once it speaks', async () => {
  await db.query('SELECT 1');
  line.become('silent');
  await expect(db.query('SELECT 1')).rejects.toThrow('has said nothing for 500 ms');
  line.become('up');
  await expect(db.query('SELECT 1')).resolves.toBeDefined();
});

it('lets a connection wait that is asked for nothing', async () => {
  await db.transaction(async (transaction) => {
    await db.query('CREATE TEMPORARY TABLE mine (id INT)', { transaction });
    // Longer than a connection may be silent that waits for an answer.
    for (let count = 0; count < 4; count += 1) await db.query('SELECT SLEEP(0.2)');
    await expect(db.query('SELECT COUNT(*) FROM mine', { transaction })).resolves.toBeDefined();
  });
});
