import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Processes, waitUntilReady, type RunningProcess } from '../../../src/dev/processes';
import { Steps } from '../../../src/dev/steps';
import { whileServersLive } from '../../../src/dev/whileServersLive';

const SERVER = `process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000); console.log('ready');`;

let folder: string;
let processes: Processes;
let said: string;
let steps: Steps;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'servers-'));
  processes = new Processes(folder);
  said = '';
  steps = new Steps({ write: (text) => (said += text) });
});

afterEach(async () => {
  await processes.stopAll();
  rmSync(folder, { recursive: true });
});

async function start(name: string): Promise<RunningProcess> {
  const running = processes.spawn({ name, command: process.execPath, args: ['-e', SERVER], env: {} });
  return waitUntilReady(running, () => (running.log().includes('ready') ? running : undefined));
}

/** A server that is killed, as far as anybody can tell by itself, and work that never ends on it. */
const dies = (server: RunningProcess): Promise<never> => {
  process.kill(server.pid, 'SIGKILL');
  return new Promise(() => undefined);
};

it('hands on what was found on servers that live', async () => {
  const again = jest.fn(() => start('again'));
  const found = await whileServersLive({ processes, steps }, await start('first'), again, () =>
    Promise.resolve('all well'),
  );
  expect([found, said]).toEqual(['all well', '']);
  expect(again).not.toHaveBeenCalled();
});

it('begins once more on new servers where one has ended, with nothing left of the first', async () => {
  const other = await start('other');
  let runs = 0;
  const found = await whileServersLive(
    { processes, steps },
    await start('database'),
    () => start('database'),
    (server) => ((runs += 1) === 1 ? dies(server) : Promise.resolve(`run ${runs} on ${server.name}`)),
  );
  expect(found).toBe('run 2 on database');
  expect(said).toMatch(/database ended with signal SIGKILL\. It last said:\n {4}ready\n\nBeginning once more …/);
  expect(await other.exited).toBe('exit code 0');
});

it('gives up, and says why, where one ends the second time too', async () => {
  const outcome = whileServersLive({ processes, steps }, await start('first'), () => start('second'), dies);
  await expect(outcome).rejects.toThrow('second ended with signal SIGKILL');
});

it('does not begin again where the work fails on servers that live', async () => {
  const again = jest.fn(() => start('again'));
  const fails = () => Promise.reject(new Error('jest cannot be started'));
  const server = await start('first');
  await expect(whileServersLive({ processes, steps }, server, again, fails)).rejects.toThrow('jest cannot be started');
  expect([again.mock.calls, said]).toEqual([[], '']);
  expect(() => process.kill(server.pid, 0)).not.toThrow();
});
