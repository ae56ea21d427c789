import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startApplication } from './application';
import { claimDatabaseFor } from './filledBy';
import { choosePorts } from './ports';
import { checkDatabase, removeDatabase, startDatabase, type Database } from './provision/database';
import { checkTemporal, removeTemporalStore, startTemporal } from './provision/temporal';
import { keepSecrets, type DevSecrets } from './secrets';
import { PROJECT, runSession, type Session } from './session';
import { startMailboxProcess, startZoomProcess } from './standIns';
import { summary } from './summary';

/** The ports people know these things by; a taken one moves on, and the choice is kept. */
const PORTS = { web: 3000, mailbox: 8025, smtp: 1025, zoom: 4000, temporal: 7233, temporalUi: 8233, database: 13306 };
type Ports = Record<keyof typeof PORTS, number>;

const DATABASE = 'dreamcrowd';

/** Everything, to try it out: `npm start`. */
export async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  const folder = path.resolve(PROJECT, options.folder ?? '.dev');
  await runSession(
    {
      what: 'DreamCrowd Live',
      folder,
      envFile: path.join(options.folder === undefined ? PROJECT : folder, '.env'),
      mayInstall: !options['no-install'],
      exitCodeWhenStopped: 0,
    },
    (session) => start(session, options.fresh),
  );
}

async function start(session: Session, fresh: boolean): Promise<number> {
  const startedAt = Date.now();
  const { given } = session.environment;
  const file = (name: string): string => path.join(session.folder, name);
  session.steps.say('Starting DreamCrowd Live\n');
  rmSync(file('state.json'), { force: true });
  // Without its keys, what an earlier start left is of no use; root's database outlives a deleted .dev.
  const keysLost = !given['DATABASE_URL'] && !existsSync(file('secrets.json'));
  if (fresh) await session.steps.step('beginning anew', () => beginAnew(session));
  else if (keysLost) await beginAnew(session);
  claimDatabaseFor(
    given['ZOOM_CLIENT_ID'] ? 'the real Zoom' : 'the Zoom stand-in',
    given['DATABASE_URL'],
    file('filled-by.json'),
  );
  const demanded = given['PORT'] ? { web: Number(given['PORT']) } : {};
  const ports = await choosePorts(file('ports.json'), PORTS, demanded);
  const moved = demanded.web !== undefined && ports.web !== demanded.web;
  if (moved) session.steps.say(`  PORT ${demanded.web} is taken, so the web process is at ${ports.web}.`);
  const state = await startApplication(session, ports.web, keepSecrets(file('secrets.json')), {
    database: (secrets) => provideDatabase(session, ports, secrets),
    temporal: () => provideTemporal(session, ports),
    mailbox: () => startMailboxProcess(session, ports),
    zoom: (secrets) => startZoomProcess(session, ports, secrets),
  });
  writeFileSync(file('state.json'), `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  session.steps.say(
    summary(state, (Date.now() - startedAt) / 1000, path.relative(PROJECT, session.processes.logFolder)),
  );
  return session.processes.untilOneEnds();
}

function readOptions(args: readonly string[]): { fresh: boolean; 'no-install': boolean; folder?: string | undefined } {
  try {
    return parseArgs({
      args: [...args],
      options: {
        fresh: { type: 'boolean', default: false },
        'no-install': { type: 'boolean', default: false },
        folder: { type: 'string' },
      },
    }).values;
  } catch (error) {
    process.stderr.write(
      `${error instanceof Error ? error.message : String(error)}\nnpm start -- --help tells what there is.\n`,
    );
    process.exit(64);
  }
}

/** Ports stay, so that links do. */
async function beginAnew(session: Session): Promise<void> {
  if (session.environment.given['DATABASE_URL']) {
    throw new Error(
      '--fresh empties only what npm start made itself, and DATABASE_URL names a database of yours. Name an empty one there,\n' +
        'or empty that one yourself, then start without --fresh.',
    );
  }
  await Promise.all([removeDatabase(session), removeTemporalStore(session)]);
  for (const name of ['mailbox', 'zoom.json', 'filled-by.json', 'secrets.json']) {
    rmSync(path.join(session.folder, name), { recursive: true, force: true });
  }
}

function provideDatabase(session: Session, ports: Ports, secrets: DevSecrets): Promise<Database> {
  const given = session.environment.given['DATABASE_URL'];
  const wish = {
    port: ports.database,
    database: DATABASE,
    user: DATABASE,
    password: secrets.databasePassword,
    rootPassword: secrets.databaseRootPassword,
    relaxed: false,
  };
  return session.steps.step(
    'database',
    (say) => (given ? checkDatabase(given) : startDatabase(session, wish, say)),
    ({ vendor, version }) => `${vendor} ${version}${given ? ', yours' : ` on port ${ports.database}`}`,
  );
}

function provideTemporal(session: Session, ports: Ports): Promise<{ address: string; ui: string | undefined }> {
  const { given } = session.environment;
  const address = given['TEMPORAL_ADDRESS'];
  return session.steps.step(
    'Temporal',
    async (say) => {
      if (!address) {
        const server = await startTemporal(session, { port: ports.temporal, uiPort: ports.temporalUi }, say);
        return { address: server.address, ui: `http://127.0.0.1:${ports.temporalUi}` };
      }
      await checkTemporal(address, given);
      return { address, ui: given['TEMPORAL_UI_URL'] };
    },
    (temporal) => `${temporal.address}${address ? ', yours' : ''}`,
  );
}
