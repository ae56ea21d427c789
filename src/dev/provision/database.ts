import { createConnection } from 'mysql2/promise';
import { z } from 'zod';
import { waitUntilReady, type RunningProcess } from '../processes';
import { parseDatabaseVersion, type DatabaseVersion } from './databaseVersion';
import { installDebianPackages } from './debianPackages';
import { removeContainerData, runContainer } from './docker';
import { findPrivateServer, removePrivateData, startPrivateServer, type PrivateServer } from './privateDatabase';
import { firstThatWorks, type ProvisioningSession } from './ways';

export interface Database extends DatabaseVersion {
  /** mysql://user:password@host:port/database */
  readonly url: string;
}

export interface DatabaseWish {
  readonly port: number;
  /** One database for the application, or for tests the right to make and drop any. */
  readonly database: string | undefined;
  readonly user: string;
  readonly password: string;
  readonly rootPassword: string;
  /** Tests only: after a power cut the last second may be missing, and every commit is quicker for it. */
  readonly relaxed: boolean;
}

const CONTAINER = 'database';
const IMAGE = 'mariadb:10.11';
const CONNECT_TIMEOUT_MS = 5_000;

const ADVICE = `Install MariaDB 10.11 or newer (Debian, Ubuntu: apt-get install mariadb-server; macOS: brew install mariadb) or start Docker,
then try again. Or give the address of a server you have: DATABASE_URL=mysql://user:password@host:3306/database in .env`;

/** A private server by the first way that works. */
export async function startDatabase(
  session: ProvisioningSession,
  wish: DatabaseWish,
  say: (text: string) => void,
): Promise<Database> {
  const startFound = async (server: PrivateServer): Promise<Database> =>
    whenReady(await startPrivateServer(session, server, wish), wish);
  return firstThatWorks(
    {
      what: 'database',
      advice: ADVICE,
      ways: [
        {
          name: 'MariaDB or MySQL on PATH',
          attempt: async () => startFound(await findPrivateServer(session.environment)),
        },
        {
          name: "Debian's package",
          attempt: async () => {
            await installDebianPackages(session, ['mariadb-server'], say);
            return startFound(await findPrivateServer(session.environment));
          },
        },
        {
          name: 'Docker',
          attempt: async () => whenReady(await runDatabaseContainer(session, wish, say), wish),
        },
      ],
    },
    say,
  );
}

/** Empties what earlier starts left, wherever it was kept. */
export async function removeDatabase(session: ProvisioningSession): Promise<void> {
  removePrivateData(session.folder);
  await removeContainerData(session, CONTAINER).catch(() => undefined);
}

/**
 * Looks at a server that somebody named.
 *
 * @throws an Error saying what to do when it cannot be used
 */
export async function checkDatabase(url: string): Promise<Database> {
  const { host, pathname } = new URL(url);
  try {
    return { url, ...parseDatabaseVersion(await askVersion(url)) };
  } catch (error) {
    throw new Error(
      `DATABASE_URL names ${host}${pathname}, but: ${reasonOf(error)}.\n` +
        'Start that server and check user, password and database in the address; or take DATABASE_URL away, and a private server is started for you.',
      { cause: error },
    );
  }
}

async function askVersion(url: string): Promise<string> {
  const connection = await createConnection({ uri: url, connectTimeout: CONNECT_TIMEOUT_MS });
  try {
    const [rows] = await connection.query('SELECT VERSION() AS version');
    return (
      z
        .array(z.object({ version: z.string() }))
        .length(1)
        .parse(rows)[0]?.version ?? ''
    );
  } finally {
    await connection.end();
  }
}

/** Node's refusals of a connection have a code and an empty message. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}

async function whenReady(running: RunningProcess, wish: DatabaseWish): Promise<Database> {
  const url = `mysql://${wish.user}:${wish.password}@127.0.0.1:${wish.port}/${wish.database ?? ''}`;
  return waitUntilReady(running, () => checkDatabase(url).catch(() => undefined));
}

function runDatabaseContainer(
  session: ProvisioningSession,
  wish: DatabaseWish,
  say: (text: string) => void,
): Promise<RunningProcess> {
  // The image's own set-up grants a user its one database; tests need more, so they are root.
  const user: Record<string, string> = wish.database
    ? { MARIADB_DATABASE: wish.database, MARIADB_USER: wish.user, MARIADB_PASSWORD: wish.password }
    : {};
  return runContainer(
    session,
    {
      name: CONTAINER,
      image: IMAGE,
      ports: { [wish.port]: 3306 },
      dataFolder: '/var/lib/mysql',
      variables: { ...user, MARIADB_ROOT_PASSWORD: wish.database ? wish.rootPassword : wish.password },
      command: ['--character-set-server=utf8mb4', '--collation-server=utf8mb4_unicode_ci'],
    },
    say,
  );
}
