import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readDevEnvironment } from '../../src/config/devEnvironment';
import { freePortFrom } from '../../src/dev/ports';
import { Processes } from '../../src/dev/processes';
import { startDatabase } from '../../src/dev/provision/database';
import { removePrivateData } from '../../src/dev/provision/privateDatabase';
import { startTemporal } from '../../src/dev/provision/temporal';
import type { ProvisioningSession } from '../../src/dev/provision/ways';

/** A server with data of its own that can be killed outright and started again on that data. */
interface OwnServer {
  start(): Promise<void>;
  kill(): Promise<void>;
}

/** A database and a Temporal server that nobody else uses. */
export interface OwnServers {
  /** with the right to make databases */
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly database: OwnServer;
  readonly temporal: OwnServer;
  close(): Promise<void>;
}

const DATABASE_PORT = 29306;
const TEMPORAL_PORT = 29233;
const TEMPORAL_UI_PORT = 29833;
const quiet = () => undefined;

/** Both are started. */
export async function startOwnServers(): Promise<OwnServers> {
  const folder = mkdtempSync(path.join(tmpdir(), 'dreamcrowd-own-'));
  const ports = { database: await freePortFrom(DATABASE_PORT), temporal: await freePortFrom(TEMPORAL_PORT) };
  const uiPort = await freePortFrom(TEMPORAL_UI_PORT);
  const password = randomBytes(12).toString('hex');
  const wish = {
    ...{ port: ports.database, database: undefined, user: 'tests', password, rootPassword: password },
    // What is killed must come back with every commit.
    relaxed: false,
  };
  const database = ownServer(path.join(folder, 'database'), (session) => startDatabase(session, wish, quiet));
  const temporal = ownServer(path.join(folder, 'temporal'), (session) =>
    startTemporal(session, { port: ports.temporal, uiPort }, quiet),
  );
  await Promise.all([database.start(), temporal.start()]);
  return {
    databaseUrl: `mysql://${wish.user}:${password}@127.0.0.1:${ports.database}/`,
    temporalAddress: `127.0.0.1:${ports.temporal}`,
    database,
    temporal,
    close: async () => {
      await Promise.all([database.kill(), temporal.kill()]);
      removePrivateData(path.join(folder, 'database'));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function ownServer(folder: string, start: (session: ProvisioningSession) => Promise<unknown>): OwnServer {
  mkdirSync(folder, { recursive: true });
  const environment = readDevEnvironment(undefined);
  let processes: Processes | null = null;
  return {
    start: async () => {
      processes = new Processes(path.join(folder, 'logs'));
      await start({ folder, environment, processes, mayInstall: false });
    },
    kill: async () => {
      processes?.killAll();
      await processes?.stopAll();
      processes = null;
    },
  };
}
