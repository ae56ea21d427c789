import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { spawnSync } from 'node:child_process';
import { parseEnv } from 'node:util';
import { readDevEnvironment } from '../../src/config/devEnvironment';
import { loadConfig } from '../../src/config/loadConfig';
import { requireTestEnvironment } from '../../src/config/testEnvironment';
import { freePortFrom } from '../../src/dev/ports';
import { Processes, waitUntilReady, type Job } from '../../src/dev/processes';
import { NEEDED_SCOPES } from '../../src/zoom/scopes';
import { createEmptyDatabase, type TestDatabase } from '../support/database';
import { createNamespace } from '../support/namespace';
import { existsInProject, readProjectFile } from '../support/repository';

/*
 * The README's part "From laptop to production", followed as far as that goes on a machine that is not ours to change: the
 * settings, the schema, the first admin and the processes as they stand there; of packages, systemd, nginx and Zoom, what
 * can be read.
 */

const PROJECT = path.join(__dirname, '../..');
const TSX = pathToFileURL(require.resolve('tsx')).href;

const part = /### From laptop to production\n([\s\S]*?)\n\| command \(/.exec(readProjectFile('README.md'))?.[1] ?? '';
const blocks = [...part.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');

let folder: string;
let database: TestDatabase;
let processes: Processes;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'dreamcrowd-laptop-'));
  database = await createEmptyDatabase();
  processes = new Processes(path.join(folder, 'logs'));
});

afterAll(async () => {
  await processes.stopAll();
  await database.drop();
  rmSync(folder, { recursive: true });
});

function blockWith(text: string): string {
  const block = blocks.find((one) => one.includes(text));
  if (block === undefined) throw new Error(`The README has no commands with ${text}.`);
  return block;
}

/** The same from sources, so that nothing need be built. */
function fromSources(commands: string): string {
  return commands.replace(/dist\/src\/(\w+)\.js/g, (_, name: string) => `--import ${TSX} ${PROJECT}/src/${name}.ts`);
}

function shell(commands: string, input = ''): { status: number | null; stdout: string; stderr: string } {
  const { inherited } = readDevEnvironment(undefined);
  return spawnSync('bash', ['-e'], {
    cwd: folder,
    env: { ...inherited, PASSWORD: 'unused' },
    input: `{\n${commands}\n} <<'INPUT'\n${input}\nINPUT\n`,
    encoding: 'utf8',
  });
}

const settings = () => parseEnv(readFileSync(path.join(folder, '.env'), 'utf8'));

it('makes a file of settings that are taken, with keys of its own', async () => {
  const address = requireTestEnvironment('temporalAddress');
  const namespace = await createNamespace(address);
  const port = await freePortFrom(28_400);
  const here = blockWith('keys new >> .env')
    .replace(/^DATABASE_URL=.*$/m, `DATABASE_URL=${database.url}`)
    .replace(/^TEMPORAL_ADDRESS=.*$/m, `TEMPORAL_ADDRESS=${address}`)
    .replace(/^TEMPORAL_NAMESPACE=.*$/m, `TEMPORAL_NAMESPACE=${namespace}`)
    .replace(/^PORT=.*$/m, `PORT=${port}`)
    .replace('chown dreamcrowd .env && ', '');
  expect(shell(fromSources(here))).toMatchObject({ status: 0, stderr: '' });
  const config = loadConfig(settings());
  expect(config).toMatchObject({ production: true, appUrl: 'https://live.example.com', trustedProxyHops: 1 });
  expect(config.weak.map(({ name }) => name)).not.toContain('ENCRYPTION_KEYS');
  expect(config.weak.map(({ name }) => name)).not.toContain('SIGNING_KEYS');
});

it('makes the schema and the first admin, and says what is still to be done', () => {
  const [migrate, createAdmin, check] = fromSources(
    blockWith('node --env-file=.env dist/src/cli.js users create-admin'),
  )
    .trim()
    .split('\n');
  expect(shell(migrate ?? '')).toMatchObject({ status: 0, stdout: expect.stringContaining('applied') as string });
  expect(shell(createAdmin ?? '', 'a password of my own')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('you@example.com is an admin now') as string,
  });
  const { status, stdout } = shell(check ?? '');
  expect(status).toBe(1);
  expect(stdout).toMatch(/^ok +Database: /m);
  expect(stdout).toMatch(/^ok +Migrations: /m);
  // The servers of the tests are development servers, too.
  expect(stdout).toMatch(/^warning +Temporal: It answers .* development server/m);
  expect(stdout).toMatch(/^FAILED +Zoom app/m);
  expect(stdout).toMatch(/^warning +Setting APP_URL: /m);
});

it('starts web and worker as the services do, and classes happen', async () => {
  const { inherited } = readDevEnvironment(undefined);
  const [, line = ''] = /ExecStart=\/usr\/local\/bin\/node (.*)/.exec(blockWith('dreamcrowd-$PART.service')) ?? [];
  const start = (name: string) => {
    const args = fromSources(line.replace('$PART', name)).split(' ');
    const job: Job = { name, command: process.execPath, args, env: inherited, cwd: folder };
    return processes.spawn(job);
  };
  const web = start('web');
  const worker = start('worker');
  const ask = async (url: string) => {
    const response = await fetch(`http://127.0.0.1:${settings()['PORT']}${url}`).catch(() => undefined);
    return response?.status === 200 ? true : undefined;
  };
  await waitUntilReady(web, () => ask('/readyz'));
  await waitUntilReady(worker, () => ask('/health/classes'));
});

it('does not pass off the development server as one for production', () => {
  const [, above = ''] = /\n\n\*\*Temporal\.\*\*([\s\S]*?)```sh\n[^`]*start-dev/.exec(part) ?? [];
  expect(above).toMatch(/does not intend it for production/);
  for (const name of above.match(/\bTEMPORAL_\w+/g) ?? []) expect(readProjectFile('.env.sample')).toContain(`${name}=`);
});

it('gives services longer to stop than the worker takes to drain', () => {
  const force = /shutdownForceTime: '(\d+) seconds'/.exec(readProjectFile('src/temporal/workers.ts'))?.[1];
  const stop = /TimeoutStopSec=(\d+)/.exec(blockWith('dreamcrowd-$PART.service'))?.[1];
  expect(Number(stop)).toBeGreaterThan(Number(force));
});

it('names the scopes that the application asks for, and no other', () => {
  const named = part.match(/\b(user|meeting):\w+:\w+/g) ?? [];
  expect([...named].sort()).toEqual(NEEDED_SCOPES.map(({ granular }) => granular).sort());
});

it('names only scripts and entry points that there are', () => {
  const entries = [...part.matchAll(/dist\/src\/(\w+)\.js/g)].map((match) => match[1] ?? '');
  expect(entries.length).toBeGreaterThan(5);
  expect(entries.filter((name) => !existsInProject(`src/${name}.ts`))).toEqual([]);
});
