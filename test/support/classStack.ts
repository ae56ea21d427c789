import { Connection } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  type Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { saveFirstZoomSettings } from '../../src/commands/saveFirstZoomSettings';
import { closeDeps, createDeps, type Deps } from '../../src/deps';
import { startMailbox, type Mailbox } from '../../src/dev/mailbox/server';
import { startZoomSimulator, type ZoomSimulator } from '../../src/dev/zoom/server';
import type { Logger } from '../../src/observability/logger';
import { ensureSearchAttributes } from '../../src/temporal/searchAttributes';
import { createWorkers } from '../../src/temporal/workers';
import { testConfig } from './config';
import { UNLIMITED_A_SECOND } from './unlimitedZoom';
import { createTestDatabase, type TestDatabase } from './database';
import { forbidSecondConnections } from './oneConnection';
import { startTcpProxy, type TcpProxy } from './tcpProxy';

/** Everything a class needs, on real parts: database, SMTP, the Zoom stand-in, Temporal and our workers. */
export interface ClassStack {
  readonly deps: Deps;
  readonly zoom: ZoomSimulator;
  readonly mailbox: Mailbox;
  readonly database: TestDatabase;
  /** What the application reaches its database by. */
  readonly databaseLine: TcpProxy;
  /** Nobody carries out what comes into these queues until what it resolves to is called. */
  holdUp(...queues: string[]): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export interface TemporalServer {
  readonly address: string;
  readonly namespace: string;
}

const APP = { clientId: 'test-client', clientSecret: 'test-client-secret', webhookSecret: 'test-webhook-secret' };
const APP_URL = 'http://127.0.0.1:9';

let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;

/** @param logger in place of one that says nothing */
export async function startClassStack(temporal: TemporalServer, logger?: Logger): Promise<ClassStack> {
  const [database, mailbox, zoom] = await Promise.all([
    createTestDatabase(),
    startMailbox(),
    startZoomSimulator({
      seed: 7,
      behaviour: UNLIMITED_A_SECOND,
      webhookRetryScale: 0.0001,
      app: { ...APP, redirectUris: [`${APP_URL}/teacher/zoom/callback`] },
    }),
  ]);
  const databaseLine = await startTcpProxy(Number(new URL(database.url).port));
  const deps = createDeps(
    testConfig({
      APP_URL,
      DATABASE_URL: withPort(database.url, databaseLine.port),
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: temporal.namespace,
      SMTP_PORT: String(mailbox.smtpPort),
      PUSH_TO_LOOPBACK: 'true',
      ZOOM_OAUTH_URL: zoom.url,
      ZOOM_API_URL: `${zoom.url}/v2`,
    }),
    logger,
  );
  forbidSecondConnections(deps.db);
  await saveFirstZoomSettings(deps);
  const workers = await startWorkers(deps, temporal);
  return {
    deps,
    zoom,
    mailbox,
    database,
    databaseLine,
    holdUp: workers.holdUp,
    close: async () => {
      await workers.close();
      await closeDeps(deps);
      await databaseLine.close();
      await Promise.all([zoom.close(), mailbox.close()]);
      await database.drop();
    },
  };
}

function withPort(address: string, port: number): string {
  const url = new URL(address);
  url.port = String(port);
  return url.href;
}

async function startWorkers(deps: Deps, { address, namespace }: TemporalServer) {
  const client = await Connection.connect({ address });
  await ensureSearchAttributes(client, namespace);
  await client.close();
  bundle ??= bundleWorkflowCode({
    workflowsPath: require.resolve('../../workflows'),
    logger: new DefaultLogger('ERROR'),
  });
  const workflowBundle = await bundle;
  const running: Running[] = [];
  // Each time a connection of their own, as another process has it: on one, a queue can have one Worker only.
  const startAll = async () => {
    const connection = await NativeConnection.connect({ address });
    const workers = await createWorkers(deps, connection, { workflowBundle });
    running.push(...workers.map((worker) => ({ worker, connection, ended: worker.run() })));
  };
  await startAll();
  return {
    holdUp: async (...queues: string[]) => {
      await stop(running.filter(({ worker }) => queues.includes(worker.options.taskQueue)));
      return startAll;
    },
    close: async () => {
      await stop(running);
      const connections = new Set(running.map(({ connection }) => connection));
      await Promise.all([...connections].map((connection) => connection.close()));
    },
  };
}

interface Running {
  readonly worker: Worker;
  readonly connection: NativeConnection;
  readonly ended: Promise<void>;
}

async function stop(running: readonly Running[]): Promise<void> {
  for (const { worker } of running) if (worker.getState() === 'RUNNING') worker.shutdown();
  await Promise.all(running.map(({ ended }) => ended));
}
