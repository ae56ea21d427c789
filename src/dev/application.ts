import path from 'node:path';
import { z } from 'zod';
import { lastLines, waitUntilReady, type Job } from './processes';
import type { Database } from './provision/database';
import type { DevSecrets } from './secrets';
import { PROJECT, type Session } from './session';
import { developmentSettings } from './settings';
import { findAnswer, type MailboxAddress } from './standIns';
import type { StartedState } from './summary';

export interface Provision {
  database(secrets: DevSecrets): Promise<Database>;
  temporal(): Promise<{ address: string; ui: string | undefined }>;
  mailbox(): Promise<MailboxAddress | undefined>;
  zoom(secrets: DevSecrets): Promise<string | undefined>;
}

/** The worker may finish the step it is at. */
const WORKER_GRACE_MS = 20_000;

const login = z.object({ email: z.string(), password: z.string() });
const demoAnswer = z.object({ admin: login, teacher: login });
const workerReady = z.object({ msg: z.literal('worker ready') });

/** Brings up the surroundings side by side, then the schema, then demo data, web and worker side by side. */
export async function startApplication(
  session: Session,
  webPort: number,
  secrets: DevSecrets,
  provide: Provision,
): Promise<StartedState> {
  const [database, temporal, mailbox, zoom] = await Promise.all([
    provide.database(secrets),
    provide.temporal(),
    provide.mailbox(),
    provide.zoom(secrets),
  ]);
  const settings = developmentSettings(session.environment, secrets, {
    webPort,
    databaseUrl: database.url,
    temporalAddress: temporal.address,
    temporalUi: temporal.ui,
    smtpPort: mailbox?.smtpPort,
    zoom,
  });
  const job = jobsWith(session, settings);
  await session.steps.step('migrations', () => session.processes.run(job('migrate', 'src/cli.ts', 'migrate')));
  const [demo] = await Promise.all([
    session.steps.step('demo data', () => fillInDemo(session, job('demo', 'src/dev/demo.ts'))),
    session.steps.step('web', () => startWeb(session, job('web', 'src/web.ts'), webPort)),
    session.steps.step('worker', () => startWorker(session, job('worker', 'src/worker.ts'))),
  ]);
  return {
    web: settings['APP_URL'] ?? '',
    mailbox: mailbox?.url,
    zoom,
    temporalUi: temporal.ui,
    temporalAddress: temporal.address,
    databaseUrl: database.url,
    ...demo,
  };
}

function jobsWith(session: Session, settings: Record<string, string>) {
  const env = { ...session.environment.inherited, ...settings };
  return (name: string, script: string, ...args: string[]): Job => ({
    name,
    command: process.execPath,
    args: ['--import', 'tsx', path.join(PROJECT, script), ...args],
    env,
    cwd: PROJECT,
  });
}

async function fillInDemo(session: Session, job: Job): Promise<z.infer<typeof demoAnswer>> {
  const printed = await session.processes.run(job);
  const answer = findAnswer(printed, demoAnswer);
  if (!answer) throw new Error(`The demo data did not tell its logins${lastLines(printed)}`);
  return answer;
}

async function startWeb(session: Session, job: Job, port: number): Promise<void> {
  const running = session.processes.spawn(job);
  await waitUntilReady(running, async () => {
    const response = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    return response?.status === 200 ? true : undefined;
  });
}

async function startWorker(session: Session, job: Job): Promise<void> {
  const running = session.processes.spawn({ ...job, graceMs: WORKER_GRACE_MS });
  await waitUntilReady(running, () => findAnswer(running.log(), workerReady));
}
