import type { Socket } from 'node:net';
import { Sequelize } from 'sequelize';
import type { Connection } from 'mysql2/promise';
import { mysqlErrorNumber, READ_ONLY } from './serverErrors';

export interface DatabaseOptions {
  /** mysql://user:password@host:port/database */
  readonly url: string;
  readonly poolMax: number;
  /**
   * How long a statement may go without a word of the server before the connection counts as gone. A server that vanished
   * from the network says nothing, and the kernel gives up after a quarter of an hour only. Without it, as long as it takes.
   */
  readonly silenceMs?: number;
}

/**
 * Every session speaks READ COMMITTED, strict SQL and UTC. They are set here because Sequelize's own isolation option
 * leaves the session at REPEATABLE READ, and its time zone option freezes an offset.
 */
const SESSION_SETUP = `SET SESSION
  TRANSACTION ISOLATION LEVEL READ COMMITTED`;
const SESSION_VARIABLES = `SET
  SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
  SESSION time_zone = '+00:00',
  SESSION innodb_lock_wait_timeout = 10`;

/** Opens a pool; nothing connects until the first query. */
export function openDatabase({ url, poolMax, silenceMs }: DatabaseOptions): Sequelize {
  const readOnly = new WeakSet();
  const db: Sequelize = new Sequelize(url, {
    dialect: 'mysql',
    timezone: '+00:00',
    logging: false,
    pool: {
      ...{ max: poolMax, min: 0, acquire: 10_000, idle: 30_000 },
      validate: (connection) => !readOnly.has(connection as MysqlConnection) && isAlive(db, connection),
    },
    dialectOptions: { connectTimeout: 5_000, enableKeepAlive: true },
    define: { underscored: true, charset: 'utf8mb4', collate: 'utf8mb4_unicode_ci' },
    hooks: {
      afterConnect: async (connection: unknown) => {
        noticeReadOnly(connection as MysqlConnection, readOnly);
        const session = (connection as { promise(): Connection }).promise();
        await session.query(SESSION_SETUP);
        await session.query(SESSION_VARIABLES);
        if (silenceMs !== undefined) endWhenSilent(connection as MysqlConnection, silenceMs);
      },
    },
  });
  return db;
}

/** As far as we look into mysql2's own. */
interface MysqlConnection {
  readonly stream: Socket;
  /** what it waits for an answer to */
  readonly _command?: object | null;
  query: Run;
  execute: Run;
}

/** Its last argument is called with the answer. */
type Run = (...input: unknown[]) => unknown;

/**
 * A server may go on as one that takes no writes, and keep its connections: a pool that is never idle would hand them out
 * for ever. mysql2's own pool throws them away; Sequelize has another, which asks before it hands one out.
 */
function noticeReadOnly(connection: MysqlConnection, readOnly: WeakSet<object>): void {
  for (const kind of ['query', 'execute'] as const) {
    const run = connection[kind].bind(connection);
    connection[kind] = (...input) => {
      const answered = input.at(-1);
      if (typeof answered !== 'function') return run(...input);
      return run(...input.slice(0, -1), (error: unknown, ...answer: unknown[]) => {
        if (READ_ONLY.has(mysqlErrorNumber(error) ?? 0)) readOnly.add(connection);
        (answered as Run)(error, ...answer);
      });
    };
  }
}

/** What the pool asks by itself, unless it is told to ask something else. */
function isAlive(db: Sequelize, connection: unknown): boolean {
  const { connectionManager } = db as unknown as { connectionManager: { validate(one: unknown): boolean } };
  return connectionManager.validate(connection);
}

/** One that merely waits to be used, or holds a lock meanwhile, may be as silent as it likes. */
function endWhenSilent(connection: MysqlConnection, silenceMs: number): void {
  const { stream } = connection;
  stream.setTimeout(silenceMs, () => {
    if (connection._command) stream.destroy(new Error(`The database has said nothing for ${silenceMs} ms.`));
  });
}
