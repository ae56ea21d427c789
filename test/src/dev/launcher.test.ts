import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const FIXTURE = path.join(__dirname, 'launcherFixture.ts');
const STEP_MS = 20;

/** Writes its pid, says it is ready, and notes its end. */
const POLITE = (name: string): string => `
  const fs = require('node:fs');
  fs.writeFileSync('${name}.pid', String(process.pid));
  process.on('SIGTERM', () => { fs.appendFileSync('ended', '${name} '); process.exit(0); });
  setInterval(() => {}, 1000);
  console.log('ready');`;

/** Ignores SIGTERM and has a child of its own. */
const STUBBORN = `
  const fs = require('node:fs');
  const child = require('node:child_process').spawn('sleep', ['300']);
  fs.writeFileSync('stubborn.pid', String(process.pid));
  fs.writeFileSync('grandchild.pid', String(child.pid));
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 1000);
  console.log('ready');`;

const DYING = `
  console.log('ready');
  setTimeout(() => { console.log('the disk is full'); process.exit(3); }, 300);`;

let folder: string;
let launcher: ChildProcess;
let output: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'launcher-'));
});

afterEach(() => {
  launcher.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** The name in front is what tells a launcher's process from another with the same number. */
function launch(...scripts: string[]): ChildProcess {
  output = '';
  launcher = spawn(process.execPath, ['--import', 'tsx', FIXTURE, 'bootstrap.mjs', folder, ...scripts]);
  for (const stream of [launcher.stdout, launcher.stderr])
    stream?.on('data', (data: Buffer) => (output += data.toString()));
  return launcher;
}

function exitCode(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', (code) => resolve(code)));
}

async function until(what: () => boolean, withinMs = 60_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!what()) {
    if (Date.now() > deadline)
      throw new Error(`This did not come to pass: ${String(what)}. The launcher said:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}

function isAlive(name: string): boolean {
  const pid = readFileSync(path.join(folder, `${name}.pid`), 'utf8');
  try {
    process.kill(Number(pid), 0);
  } catch {
    return false;
  }
  // A process that has ended but whose new parent has not asked yet is gone all the same.
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
  return !/\) Z /.test(stat);
}

it('stops what it started in reverse order at Ctrl-C, and ends well', async () => {
  const ended = exitCode(launch(POLITE('first'), POLITE('second'), POLITE('third')));
  await until(() => output.includes('all ready'));
  launcher.kill('SIGINT');
  // npm hands the same Ctrl-C on once more; that is not a second one.
  launcher.kill('SIGINT');
  expect(await ended).toBe(0);
  expect(readFileSync(path.join(folder, 'ended'), 'utf8')).toBe('third second first ');
  expect(existsSync(path.join(folder, 'launcher.pid'))).toBe(false);
});

it('ends one that does not listen, with everything it started itself', async () => {
  const ended = exitCode(launch(STUBBORN));
  await until(() => output.includes('all ready'));
  launcher.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect([isAlive('stubborn'), isAlive('grandchild')]).toEqual([false, false]);
});

it('leaves nothing behind when it is killed outright', async () => {
  launch(POLITE('first'), POLITE('second'));
  await until(() => output.includes('all ready'));
  launcher.kill('SIGKILL');
  await until(() => !isAlive('first') && !isAlive('second'));
  expect(readFileSync(path.join(folder, 'ended'), 'utf8').split(' ').filter(Boolean).sort()).toEqual([
    'first',
    'second',
  ]);
});

it('says what a process said last when it ends by itself, and stops the others', async () => {
  const ended = exitCode(launch(POLITE('first'), DYING));
  expect(await ended).toBe(1);
  expect(output).toMatch(/child1 ended with exit code 3[^]*the disk is full/);
  expect(isAlive('first')).toBe(false);
});

it('refuses a second launcher in the same folder and names the first', async () => {
  launch(POLITE('first'));
  await until(() => output.includes('all ready'));
  const first = launcher;
  const code = await exitCode(launch());
  expect(code).toBe(1);
  expect(output).toContain(`already running in this folder (process ${first.pid})`);
  first.kill('SIGKILL');
  await until(() => !isAlive('first'));
});

it('starts where a launcher that was killed has left its mark', async () => {
  launch(POLITE('first'));
  await until(() => output.includes('all ready'));
  launcher.kill('SIGKILL');
  await until(() => !isAlive('first'));
  const ended = exitCode(launch(POLITE('second')));
  await until(() => output.includes('all ready'));
  launcher.kill('SIGINT');
  expect(await ended).toBe(0);
});
