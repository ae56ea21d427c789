import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { PROJECT } from '../session';
import { downloadBySdk } from './download';
import { ask, findProgram, isProgram, requireProgram } from './programs';
import { firstThatWorks, type ProvisioningSession } from './ways';

const CLI_VERSION = '1.8.2';

const BUILD_MODULE = path.join(PROJECT, 'src/dev/temporalCli');
const BUILD_TIMEOUT_MS = 30 * 60_000;
const PROGRESS_EVERY_MS = 15_000;
/** What `go build -v` lists from an empty cache; only for showing how far it is. */
const PACKAGES_TO_BUILD = 1_716;

/** Both pragmas decide the dev server's speed: without them a herd of 1,000 starts ten times later. */
export const SQLITE_PRAGMAS = ['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'];

export const TEMPORAL_ADVICE = `Install the Temporal CLI (https://docs.temporal.io/cli; macOS: brew install temporal), or Go 1.21 or newer
(https://go.dev/dl), or start Docker, then try again. Or give the address of a server you have: TEMPORAL_ADDRESS=host:7233 in .env`;

/** The Temporal CLI, which holds a whole server: from PATH, from the cache, downloaded, or built. */
export async function findTemporalCli(session: ProvisioningSession, say: (text: string) => void): Promise<string> {
  const target = path.join(session.environment.cacheFolder, `temporal-${CLI_VERSION}`);
  return firstThatWorks(
    {
      what: 'Temporal CLI',
      advice: TEMPORAL_ADVICE,
      ways: [
        { name: 'temporal on PATH', attempt: () => checkedCli(requireProgram(session.environment, ['temporal'])) },
        { name: 'the cache', attempt: () => cached(target) },
        {
          name: "the Temporal SDK's download",
          attempt: () => downloadBySdk(session, { kind: 'cli', version: `v${CLI_VERSION}`, target }, say),
        },
        { name: 'building it with Go', attempt: () => build(session, target, say) },
      ],
    },
    say,
  );
}

async function cached(target: string): Promise<string> {
  if (!isProgram(target)) throw new Error(`${target} is not there yet`);
  return checkedCli(target);
}

async function checkedCli(program: string): Promise<string> {
  const version = await ask(program, ['--version']);
  if (!/temporal version/i.test(version)) throw new Error(`${program} is not the Temporal CLI: ${version}`);
  return program;
}

async function build(session: ProvisioningSession, target: string, say: (text: string) => void): Promise<string> {
  const go = findProgram(session.environment, ['go']);
  if (!go) throw new Error('go is not on PATH');
  mkdirSync(path.dirname(target), { recursive: true });
  say('building the Temporal CLI with Go; once only, four to ten minutes …');
  const unfinished = `${target}.building`;
  const name = 'temporal-build';
  const started = Date.now();
  const progress = setInterval(() => {
    const compiled = readFileSync(path.join(session.processes.logFolder, `${name}.log`), 'utf8').split('\n').length;
    const share = Math.min(99, Math.round((100 * compiled) / PACKAGES_TO_BUILD));
    say(`building: ${compiled} packages, about ${share} %, ${Math.round((Date.now() - started) / 1000)} s`);
  }, PROGRESS_EVERY_MS);
  try {
    await session.processes.run(
      {
        name,
        command: go,
        args: ['build', '-v', '-o', unfinished, 'github.com/temporalio/cli/cmd/temporal'],
        cwd: BUILD_MODULE,
        // No C compiler is needed this way; GOWORK and GOFLAGS of somebody's own would change what is built.
        env: { ...session.environment.inherited, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '' },
      },
      { timeoutMs: BUILD_TIMEOUT_MS },
    );
    renameSync(unfinished, target);
    return await checkedCli(target);
  } finally {
    clearInterval(progress);
    rmSync(unfinished, { force: true });
  }
}
