import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { saveFirstZoomSettings } from '../../src/commands/saveFirstZoomSettings';
import { readDevEnvironment } from '../../src/config/devEnvironment';
import { loadConfig } from '../../src/config/loadConfig';
import { requireTestEnvironment } from '../../src/config/testEnvironment';
import { closeDeps, createDeps, type Deps } from '../../src/deps';
import { freePortFrom } from '../../src/dev/ports';
import { Processes, waitUntilReady, type RunningProcess } from '../../src/dev/processes';
import { findAnswer } from '../../src/dev/standIns';
import type { ZoomSimulatorOptions } from '../../src/dev/zoom/options';
import { createTestDatabase } from './database';
import { createNamespace } from './namespace';
import type { OwnServers } from './ownServers';

/**
 * The whole system as processes of their own, for measuring it and for breaking it: worker, Zoom stand-in and mailbox
 * do not share an event loop with whoever counts, and a worker can be killed.
 */
export interface ProcessStack {
  readonly deps: Deps;
  readonly zoomUrl: string;
  readonly mailboxUrl: string;
  readonly namespace: string;
  /** The key that everything secret is encrypted with, as ENCRYPTION_KEYS has it. */
  readonly encryptionKeys: string;
  /** @param changed settings that differ from those of the others */
  startWorker(changed?: Readonly<Record<string, string>>): Promise<RunningProcess>;
  /**
   * @param changed settings that differ from those of the others
   * @returns the port it listens on
   */
  startWeb(changed?: Readonly<Record<string, string>>): Promise<number>;
  /** The same for who wants to kill it. */
  startWebProcess(
    changed?: Readonly<Record<string, string>>,
  ): Promise<{ readonly port: number; readonly running: RunningProcess }>;
  /** Starts a script that says its port once it is ready. */
  startScript(script: string, answer: z.ZodType<{ port: number }>, ...args: string[]): Promise<number>;
  /** Runs one of our commands to its end, and gives what it printed. */
  runCli(args: readonly string[], changed?: Readonly<Record<string, string>>): Promise<string>;
  close(): Promise<void>;
}

const PROJECT = path.join(__dirname, '../..');
const key = () => randomBytes(32).toString('base64');
const mailboxAnswer = z.object({ url: z.url(), smtpPort: z.number() });
const zoomAnswer = z.object({ url: z.url() });
const webReady = z.object({ msg: z.literal('web ready') });
const workerReady = z.object({ msg: z.literal('worker ready') });

const WEB_PORT = 27300;
const APP_URL = 'https://live.example.test';

/** @param servers those of the tests unless given */
export async function startProcessStack(
  zoomOptions: Partial<ZoomSimulatorOptions>,
  servers?: Pick<OwnServers, 'databaseUrl' | 'temporalAddress'>,
): Promise<ProcessStack> {
  const folder = mkdtempSync(path.join(tmpdir(), 'dreamcrowd-stack-'));
  const processes = new Processes(path.join(folder, 'logs'));
  const { inherited } = readDevEnvironment(undefined);
  const start = (name: string, script: string, env: NodeJS.ProcessEnv, ...args: string[]) =>
    processes.spawn({
      name,
      command: process.execPath,
      args: ['--import', 'tsx', path.join(PROJECT, script), ...args],
      env,
      cwd: PROJECT,
    });
  const app = { clientId: 'test-client', clientSecret: 'test-client-secret', webhookSecret: 'test-webhook-secret' };
  const zoom = start(
    'zoom',
    'src/dev/zoom/main.ts',
    inherited,
    JSON.stringify({ ...zoomOptions, app: { ...app, redirectUris: [`${APP_URL}/teacher/zoom/callback`] } }),
  );
  const mailbox = start('mailbox', 'src/dev/mailbox/main.ts', inherited, JSON.stringify({ dir: `${folder}/mails` }));
  const { url: zoomUrl } = await waitUntilReady(zoom, () => findAnswer(zoom.log(), zoomAnswer));
  const { url: mailboxUrl, smtpPort } = await waitUntilReady(mailbox, () => findAnswer(mailbox.log(), mailboxAnswer));
  const database = await createTestDatabase(servers?.databaseUrl);
  const address = servers?.temporalAddress ?? requireTestEnvironment('temporalAddress');
  const namespace = await createNamespace(address);
  const settings = {
    NODE_ENV: 'production',
    LOG_LEVEL: 'info',
    APP_URL,
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    ENCRYPTION_KEYS: `e1:${key()}`,
    SIGNING_KEYS: `s1:${key()}`,
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(smtpPort),
    MAIL_FROM_ADDRESS: 'classes@example.test',
    SUPPORT_EMAIL: 'support@example.test',
    ZOOM_OAUTH_URL: zoomUrl,
    ZOOM_API_URL: `${zoomUrl}/v2`,
    ZOOM_ALLOWED_HOSTS: '127.0.0.1',
    ZOOM_CLIENT_ID: app.clientId,
    ZOOM_CLIENT_SECRET: app.clientSecret,
    ZOOM_WEBHOOK_SECRET: app.webhookSecret,
  };
  const deps = createDeps(loadConfig({ ...settings, LOG_LEVEL: 'warn' }));
  await saveFirstZoomSettings(deps);
  let workers = 0;
  let webs = 0;
  let webPort = Promise.resolve(WEB_PORT - 1);
  const startWebProcess = async (changed: Readonly<Record<string, string>> = {}) => {
    // Each another one: of two that start at once, neither may choose what the other is about to take.
    webPort = webPort.then((last) => freePortFrom(last + 1));
    const port = await webPort;
    const address = { HOST: '127.0.0.1', PORT: String(port) };
    webs += 1;
    const running = start(`web${webs}`, 'src/web.ts', { ...inherited, ...settings, ...address, ...changed });
    await waitUntilReady(running, () => findAnswer(running.log(), webReady));
    return { port, running };
  };
  return {
    deps,
    zoomUrl,
    mailboxUrl,
    namespace,
    encryptionKeys: settings.ENCRYPTION_KEYS,
    startWeb: async (changed) => (await startWebProcess(changed)).port,
    startWebProcess,
    startScript: async (script, answer, ...args) => {
      const running = start(path.basename(script, '.ts'), script, inherited, ...args);
      return (await waitUntilReady(running, () => findAnswer(running.log(), answer))).port;
    },
    runCli: async (args, changed = {}) => {
      const cli = start('cli', 'src/cli.ts', { ...inherited, ...settings, ...changed }, ...args);
      const outcome = await cli.exited;
      if (outcome !== 'exit code 0') throw new Error(`${args.join(' ')}: ${outcome}\n${cli.log()}`);
      return cli.log();
    },
    startWorker: async (changed = {}) => {
      workers += 1;
      const worker = start(`worker${workers}`, 'src/worker.ts', { ...inherited, ...settings, ...changed });
      await waitUntilReady(worker, () => findAnswer(worker.log(), workerReady));
      return worker;
    },
    close: async () => {
      await processes.stopAll();
      await closeDeps(deps);
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
