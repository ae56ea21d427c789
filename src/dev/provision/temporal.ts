import { rmSync } from 'node:fs';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import { waitUntilReady, type RunningProcess } from '../processes';
import { removeContainerData, runContainer } from './docker';
import { findTemporalCli, SQLITE_PRAGMAS, TEMPORAL_ADVICE } from './temporalCli';
import { firstThatWorks, type ProvisioningSession } from './ways';

export interface TemporalServer {
  readonly address: string;
  /** The program, unless the server runs in a container. */
  readonly cli: string | undefined;
}

export interface TemporalPorts {
  readonly port: number;
  readonly uiPort: number;
}

const CONTAINER = 'temporal';
const IMAGE = 'temporalio/temporal:latest';
const NAMESPACE = 'default';
const PROBE_TIMEOUT_MS = 1_000;

/** A dev server with its UI and its store in the session's folder. */
export async function startTemporal(
  session: ProvisioningSession,
  ports: TemporalPorts,
  say: (text: string) => void,
): Promise<TemporalServer> {
  return firstThatWorks(
    {
      what: 'Temporal server',
      advice: TEMPORAL_ADVICE,
      ways: [
        {
          name: 'the Temporal CLI',
          attempt: async () => startWithCli(session, await findTemporalCli(session, say), ports),
        },
        {
          name: 'Docker',
          attempt: async () => whenReady(await runTemporalContainer(session, ports, say), ports, undefined),
        },
      ],
    },
    say,
  );
}

/** Empties what earlier starts left. */
export async function removeTemporalStore(session: ProvisioningSession): Promise<void> {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${storeFile(session)}${suffix}`, { force: true });
  await removeContainerData(session, CONTAINER).catch(() => undefined);
}

/**
 * Looks at a server that somebody named. One with TLS or an API key is left to the worker, which has what it takes.
 *
 * @throws an Error saying what to do when nothing usable answers there
 */
export async function checkTemporal(address: string, given: Readonly<Record<string, string>>): Promise<void> {
  if (given['TEMPORAL_TLS'] === 'true' || given['TEMPORAL_API_KEY']) return;
  await probe(address, given['TEMPORAL_NAMESPACE']).catch((error: unknown) => {
    throw new Error(
      `TEMPORAL_ADDRESS names ${address}, but no Temporal server answers there (${error instanceof Error ? error.message : String(error)}).\n` +
        'Start it, or take TEMPORAL_ADDRESS away, and a dev server is started for you.',
    );
  });
}

async function startWithCli(session: ProvisioningSession, cli: string, ports: TemporalPorts): Promise<TemporalServer> {
  const running = session.processes.spawn({
    name: 'temporal',
    command: cli,
    args: ['server', 'start-dev', '--ip', '127.0.0.1', ...serverOptions(ports, storeFile(session))],
    env: session.environment.inherited,
  });
  return whenReady(running, ports, cli);
}

function runTemporalContainer(
  session: ProvisioningSession,
  ports: TemporalPorts,
  say: (text: string) => void,
): Promise<RunningProcess> {
  const inside = { port: 7233, uiPort: 8233 };
  return runContainer(
    session,
    {
      name: CONTAINER,
      image: IMAGE,
      ports: { [ports.port]: inside.port, [ports.uiPort]: inside.uiPort },
      dataFolder: '/data',
      // The image's own user may not write into a fresh volume.
      options: ['--user', '0'],
      command: ['server', 'start-dev', '--ip', '0.0.0.0', ...serverOptions(inside, '/data/temporal.db')],
    },
    say,
  );
}

function serverOptions({ port, uiPort }: TemporalPorts, file: string): string[] {
  return [
    ...['--port', `${port}`, '--ui-port', `${uiPort}`, '--db-filename', file, ...SQLITE_PRAGMAS],
    ...['--log-level', 'warn', '--ui-disable-news-fetch'],
  ];
}

function storeFile(session: ProvisioningSession): string {
  return path.join(session.folder, 'temporal.db');
}

async function whenReady(
  running: RunningProcess,
  { port }: TemporalPorts,
  cli: string | undefined,
): Promise<TemporalServer> {
  const address = `127.0.0.1:${port}`;
  await waitUntilReady(running, () =>
    probe(address).then(
      () => true,
      () => undefined,
    ),
  );
  return { address, cli };
}

/** The port opens before the namespace is there, so the namespace is asked for. */
async function probe(address: string, namespace = NAMESPACE): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: PROBE_TIMEOUT_MS });
  try {
    await connection.workflowService.describeNamespace({ namespace });
  } finally {
    await connection.close();
  }
}
