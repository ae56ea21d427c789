import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { eventually } from './eventually';

const PROJECT = path.join(__dirname, '../..');
const FOLDER = path.join(PROJECT, '.dev/e2e');
const START_MS = 120_000;

const login = z.object({ email: z.string(), password: z.string() });

const stateSchema = z.object({
  web: z.url(),
  mailbox: z.url(),
  zoom: z.url(),
  temporalUi: z.url(),
  temporalAddress: z.string(),
  databaseUrl: z.string(),
  admin: login,
  teacher: login,
});

/** What `npm start` has started, in a folder of its own. */
export interface Launched {
  readonly state: z.infer<typeof stateSchema>;
  /** What the launcher has said so far. */
  said(): string;
  /** Ctrl-C. @returns the launcher's exit code */
  stop(): Promise<number | null>;
}

/** Runs `npm start -- --fresh` and waits for its first screen. */
export async function launch(): Promise<Launched> {
  const bootstrap = path.join(PROJECT, 'src/dev/bootstrap.mjs');
  const options = ['start', '--fresh', '--no-install', '--folder', FOLDER];
  const launcher = spawn(process.execPath, [bootstrap, ...options], {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [launcher.stdout, launcher.stderr])
    stream.on('data', (data: Buffer) => (said += data.toString()));
  const ended = new Promise<number | null>((resolve) => launcher.once('close', resolve));
  const stop = () => {
    launcher.kill('SIGINT');
    return ended;
  };
  try {
    await eventually('everything runs', () => said.includes('Everything runs') || launcher.exitCode !== null, START_MS);
    const file = path.join(FOLDER, 'state.json');
    if (!existsSync(file)) throw new Error(`The launcher did not start everything:\n${said}`);
    const state = stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { state, said: () => said, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
