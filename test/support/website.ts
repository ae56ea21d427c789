import type Koa from 'koa';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { QueryTypes } from 'sequelize';
import { createApp } from '../../src/app';
import type { Config } from '../../src/config/loadConfig';
import { closeDeps, createDeps, type Deps } from '../../src/deps';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { testConfig } from './config';
import { createTestDatabase } from './database';
import { forbidSecondConnections } from './oneConnection';
import { RecordingTemporal } from './recordingTemporal';

/** The web application on a real database and a real port; only Temporal is replaced. */
export interface Website {
  readonly deps: Deps;
  readonly server: Server;
  readonly port: number;
  readonly temporal: RecordingTemporal;
  /** what was logged, one JSON text a line */
  readonly logged: readonly string[];
  /** Makes the application anew, with those settings changed, and empties the counts of failures: it remembers the addresses it has limited. */
  restart(config?: Partial<Config>): Promise<void>;
  /** How many rows each of these tables has. */
  countRows(...tables: string[]): Promise<number[]>;
  /** The actions of the audit log, oldest first. */
  audited(): Promise<string[]>;
  close(): Promise<void>;
}

export const APP_URL = 'http://127.0.0.1:3000';

export async function startWebsite(
  variables: Readonly<Record<string, string>> = {},
  replaced: Partial<Deps> = {},
): Promise<Website> {
  const database = await createTestDatabase();
  const logged: string[] = [];
  const temporal = new RecordingTemporal();
  const config = testConfig({ APP_URL, DATABASE_URL: database.url, ...variables });
  const logger = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const deps: Deps = { ...createDeps(config), logger, temporal, ...replaced };
  forbidSecondConnections(deps.db);
  let handle: ReturnType<Koa['callback']> = createApp(deps).callback();
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    deps,
    server,
    port: (server.address() as AddressInfo).port,
    temporal,
    logged,
    restart: async (changed = {}) => {
      await deps.db.query('DELETE FROM rate_limits');
      handle = createApp({ ...deps, config: { ...config, ...changed } }).callback();
    },
    countRows: (...tables) => Promise.all(tables.map((table) => countRows(deps, table))),
    audited: async () => (await ZoomAuditLog.findAll({ order: ['id'] })).map(({ action }) => action),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await closeDeps(deps);
      await database.drop();
    },
  };
}

async function countRows({ db }: Deps, table: string): Promise<number> {
  const [row] = await db.query<{ count: number }>(`SELECT COUNT(*) AS count FROM ${table}`, {
    type: QueryTypes.SELECT,
  });
  return row?.count ?? 0;
}
