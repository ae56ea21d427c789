import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { readDevEnvironment, type DevEnvironment } from '../config/devEnvironment';
import { lockFolder } from './lock';
import { Processes } from './processes';
import { Steps } from './steps';

export const PROJECT = path.join(__dirname, '../..');

/** npm hands a Ctrl-C on to its child, which has it from the terminal already: within this time the two are one. */
const SAME_KEYPRESS_MS = 800;

export interface Session {
  /** Where this launcher keeps what it makes; nobody else's. */
  readonly folder: string;
  readonly environment: DevEnvironment;
  readonly steps: Steps;
  readonly processes: Processes;
  readonly mayInstall: boolean;
}

export interface SessionOptions {
  readonly what: string;
  readonly folder: string;
  readonly mayInstall: boolean;
  /** Settings somebody wrote down for trying things out; tests do without. */
  readonly envFile?: string;
  /** What a Ctrl-C means: the wished end of something that runs on, or a run cut short. */
  readonly exitCodeWhenStopped: number;
}

/** Runs the work between taking the folder and having stopped every process again, whatever ends it; then exits. */
export async function runSession(options: SessionOptions, work: (session: Session) => Promise<number>): Promise<never> {
  const steps = new Steps(process.stdout);
  mkdirSync(options.folder, { recursive: true });
  let unlock: () => void;
  try {
    unlock = lockFolder(path.join(options.folder, 'launcher.pid'), options.what);
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    process.exit(1);
  }
  const processes = new Processes(path.join(options.folder, 'logs'));
  const stopped = onStopSignal(() => {
    processes.killAll();
    unlock();
    process.exit(130);
  }).then(() => {
    steps.end();
    steps.say('\nStopping …');
    return options.exitCodeWhenStopped;
  });
  const environment = readDevEnvironment(options.envFile);
  const session = { folder: options.folder, environment, steps, processes, mayInstall: options.mayInstall };
  const exitCode = await Promise.race([stopped, Promise.resolve(session).then(work)]).catch((error: unknown) => {
    steps.end();
    process.stderr.write(`\n${describeError(error)}\n`);
    return 1;
  });
  await processes.stopAll();
  unlock();
  process.exit(exitCode);
}

/** Resolves at the first Ctrl-C, SIGTERM or closed terminal; a later one does not wait any longer. */
function onStopSignal(force: () => void): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        first ??= Date.now();
        if (Date.now() - first > SAME_KEYPRESS_MS) force();
        resolve();
      });
    }
  });
}

function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
