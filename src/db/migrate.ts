import { readdirSync } from 'node:fs';
import path from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { Sequelize } from 'sequelize';
import { SequelizeStorage, Umzug } from 'umzug';
import { openDatabase } from './connection';

interface Migration {
  up(db: Sequelize): Promise<void>;
  down(db: Sequelize): Promise<void>;
}

const MIGRATIONS = path.join(__dirname, '../../migrations');
const MIGRATIONS_TABLE = 'migrations';
const LOCK_NAME = 'dreamcrowd_migrations';
const LOCK_WAIT_SECONDS = 60;

/**
 * Applies every pending migration, one process at a time.
 *
 * @returns the names of the migrations that were applied
 */
export async function migrateUp(url: string): Promise<string[]> {
  return locked(url, async (umzug) => (await umzug.up()).map(({ name }) => name));
}

/** Takes every migration back, newest first; for tests and for the rollback plan. */
export async function migrateDown(url: string): Promise<string[]> {
  return locked(url, async (umzug) => (await umzug.down({ to: 0 })).map(({ name }) => name));
}

/** The names of the migrations that have not been applied; changes nothing. */
export async function listPending(url: string): Promise<string[]> {
  const db = openDatabase({ url, poolMax: 2 });
  try {
    const tables = await db.getQueryInterface().showAllTables();
    // Asking for what has run would make the table.
    if (!tables.includes(MIGRATIONS_TABLE)) return migrationNames();
    return (await createUmzug(db).pending()).map(({ name }) => name);
  } finally {
    await db.close();
  }
}

/** The names of the migrations that have been applied, newest first; changes nothing. */
export async function listApplied(url: string): Promise<string[]> {
  const pending = await listPending(url);
  return migrationNames()
    .filter((name) => !pending.includes(name))
    .reverse();
}

async function locked<T>(url: string, work: (umzug: Umzug<Sequelize>) => Promise<T>): Promise<T> {
  const lock = await createConnection(url);
  const db = openDatabase({ url, poolMax: 2 });
  try {
    const [rows] = await lock.query<RowDataPacket[]>('SELECT GET_LOCK(?, ?) AS held', [LOCK_NAME, LOCK_WAIT_SECONDS]);
    if (rows[0]?.held !== 1) {
      throw new Error(
        `Another process has been migrating for over ${LOCK_WAIT_SECONDS} s; look at it, then try again.`,
      );
    }
    return await work(createUmzug(db));
  } finally {
    await db.close();
    await lock.end();
  }
}

function createUmzug(db: Sequelize): Umzug<Sequelize> {
  return new Umzug({
    context: db,
    storage: new SequelizeStorage({ sequelize: db, tableName: MIGRATIONS_TABLE }),
    logger: undefined,
    migrations: migrationFiles().map((file) => ({
      name: nameOf(file),
      up: async () => (await load(file)).up(db),
      down: async () => (await load(file)).down(db),
    })),
  });
}

function migrationFiles(): string[] {
  return readdirSync(MIGRATIONS)
    .filter((file) => /^\d{14}-[\w-]+\.(ts|js)$/.test(file))
    .sort();
}

/** Without its ending, so that TypeScript sources and the compiled build agree on what has run. */
function nameOf(file: string): string {
  return path.parse(file).name;
}

function migrationNames(): string[] {
  return migrationFiles().map(nameOf);
}

async function load(file: string): Promise<Migration> {
  return (await import(path.join(MIGRATIONS, file))) as Migration;
}
