import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { requireTestEnvironment } from '../../src/config/testEnvironment';
import { migrateUp } from '../../src/db/migrate';

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/**
 * A database of its own for one test file, with every migration applied.
 *
 * @param server the tests' own unless given
 */
export async function createTestDatabase(server?: string): Promise<TestDatabase> {
  const database = await createEmptyDatabase(server);
  await migrateUp(database.url);
  return database;
}

export async function createEmptyDatabase(server = requireTestEnvironment('databaseUrl')): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(server, `CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(server, `DROP DATABASE ${name}`) };
}

async function onServer(server: string, sql: string): Promise<void> {
  const connection = await createConnection(server);
  await connection.query(sql);
  await connection.end();
}
