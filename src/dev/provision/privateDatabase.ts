import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DevEnvironment } from '../../config/devEnvironment';
import type { RunningProcess } from '../processes';
import type { DatabaseWish } from './database';
import { parseDatabaseVersion, type DatabaseVersion } from './databaseVersion';
import { ask, findProgram, isRoot, requireProgram } from './programs';
import type { ProvisioningSession } from './ways';

export interface PrivateServer extends DatabaseVersion {
  readonly program: string;
}

const SETUP_TIMEOUT_MS = 120_000;
const SERVICE_USER = 'mysql';

/** The first usable server program. Several may be installed, so one that is too old does not end the search. */
export async function findPrivateServer(environment: DevEnvironment): Promise<PrivateServer> {
  const reasons: string[] = [];
  for (const name of ['mariadbd', 'mysqld']) {
    const program = findProgram(environment, [name]);
    if (!program) continue;
    try {
      return { program, ...parseDatabaseVersion(await ask(program, ['--no-defaults', '--version'])) };
    } catch (error) {
      reasons.push(`${program}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(reasons.join('; ') || 'neither mariadbd nor mysqld is on PATH');
}

/** Starts the server on data of our own, made at the first start and kept from then on. */
export async function startPrivateServer(
  session: ProvisioningSession,
  server: PrivateServer,
  wish: DatabaseWish,
): Promise<RunningProcess> {
  const account = await serviceAccount();
  const home = dataHome(session.folder);
  const data = path.join(home, 'data');
  const madeBy = path.join(home, 'made-by');
  if (!existsSync(madeBy) || readFileSync(madeBy, 'utf8') !== server.vendor) {
    rmSync(home, { recursive: true, force: true });
    mkdirSync(data, { recursive: true, mode: 0o700 });
    own(home, account);
    own(data, account);
    await initialise(session, server, data, account);
    writeFileSync(madeBy, server.vendor);
  }
  // Run by the server itself at each start, before it takes connections: users and passwords need no other way in.
  const setup = path.join(home, 'setup.sql');
  writeFileSync(setup, setupSql(wish), { mode: 0o600 });
  own(setup, account);
  return session.processes.spawn({
    name: 'database',
    command: server.program,
    args: [
      '--no-defaults',
      `--datadir=${data}`,
      `--socket=${socketPath(home)}`,
      `--pid-file=${path.join(home, 'server.pid')}`,
      `--port=${wish.port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      '--character-set-server=utf8mb4',
      '--collation-server=utf8mb4_unicode_ci',
      '--max-connections=500',
      `--init-file=${setup}`,
      ...(server.vendor === 'MySQL' ? ['--mysqlx=OFF'] : []),
      ...(wish.relaxed ? ['--innodb-flush-log-at-trx-commit=2'] : []),
      ...(account ? [`--user=${account.name}`] : []),
    ],
    env: session.environment.inherited,
    graceMs: 20_000,
  });
}

export function removePrivateData(folder: string): void {
  rmSync(dataHome(folder), { recursive: true, force: true });
}

interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** A server started by root becomes the `mysql` user; anybody else's stays theirs. */
async function serviceAccount(): Promise<Account | undefined> {
  if (!isRoot()) return undefined;
  const ids = await Promise.all(['-u', '-g'].map((flag) => ask('id', [flag, SERVICE_USER]).catch(() => '')));
  const [uid = '', gid = ''] = ids;
  return uid && gid ? { name: SERVICE_USER, uid: Number(uid), gid: Number(gid) } : { name: 'root', uid: 0, gid: 0 };
}

/** The `mysql` user cannot enter a home folder, so root's data lies on a short path that everybody can walk. */
function dataHome(folder: string): string {
  if (!isRoot()) return path.join(folder, 'database');
  return path.join('/var/tmp', `dreamcrowd-live-${hashOf(folder)}`);
}

/** Sockets have a limit of about 100 characters, which a project's folder may exceed. */
function socketPath(home: string): string {
  return isRoot() ? path.join(home, 's.sock') : path.join(tmpdir(), `dreamcrowd-${hashOf(home)}.sock`);
}

function hashOf(folder: string): string {
  return createHash('sha256').update(folder).digest('hex').slice(0, 10);
}

function own(file: string, account: Account | undefined): void {
  if (account) chownSync(file, account.uid, account.gid);
  if (!file.endsWith('.sql')) chmodSync(file, 0o700);
}

async function initialise(
  session: ProvisioningSession,
  server: PrivateServer,
  data: string,
  account: Account | undefined,
): Promise<void> {
  const env = session.environment.inherited;
  const user = account ? [`--user=${account.name}`] : [];
  const job =
    server.vendor === 'MySQL'
      ? { command: server.program, args: ['--no-defaults', '--initialize-insecure', `--datadir=${data}`, ...user] }
      : {
          command: requireProgram(session.environment, ['mariadb-install-db', 'mysql_install_db']),
          args: [
            '--no-defaults',
            `--datadir=${data}`,
            '--auth-root-authentication-method=normal',
            '--skip-test-db',
            ...user,
          ],
        };
  await session.processes.run({ name: 'database-setup', ...job, env }, { timeoutMs: SETUP_TIMEOUT_MS });
}

/** One statement a line, as both servers want it. Root keeps the socket only, with a password. */
function setupSql(wish: DatabaseWish): string {
  const account = `'${wish.user}'@'%'`;
  return [
    ...(wish.database
      ? [`CREATE DATABASE IF NOT EXISTS ${wish.database} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;`]
      : []),
    `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY '${wish.password}';`,
    `ALTER USER ${account} IDENTIFIED BY '${wish.password}';`,
    `GRANT ALL PRIVILEGES ON ${wish.database ?? '*'}.* TO ${account};`,
    `DROP USER IF EXISTS 'root'@'127.0.0.1', 'root'@'::1', ''@'localhost';`,
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${wish.rootPassword}';`,
    '',
  ].join('\n');
}
