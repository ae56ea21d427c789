import path from 'node:path';
import { runChecks, type CheckOutcome } from './checks';
import { runJest } from './jestRun';
import { PROJECT, runSession, type Session } from './session';
import { startTestServers, type TestServers } from './testServers';
import { whileServersLive } from './whileServersLive';

const LAUNCHER_OPTIONS = ['--no-install', '--fresh'];

/** Every check and every test: `npm test`. With arguments, only the tests jest finds by them. */
export async function main(args: readonly string[]): Promise<void> {
  const jestArgs = args.filter((argument) => !LAUNCHER_OPTIONS.includes(argument));
  await runSession(
    {
      what: 'npm test',
      folder: path.join(PROJECT, '.dev/test-run'),
      mayInstall: !args.includes('--no-install'),
      exitCodeWhenStopped: 130,
    },
    (session) => runEverything(session, jestArgs),
  );
}

/** Checks need no servers, so they run while those start. A failure never hides what comes after it. */
async function runEverything(session: Session, jestArgs: readonly string[]): Promise<number> {
  const [servers, checks] = await Promise.all([
    startTestServers(session),
    jestArgs.length > 0 ? { passed: 0, failures: [] } : runChecks(session),
  ]);
  const tests = await whileServersLive(
    session,
    servers,
    () => startTestServers(session),
    (those) => runOn(session, those, jestArgs),
  ).catch((error: unknown) => ({ passed: 0, failures: [error instanceof Error ? error.message : String(error)] }));
  return report(session, checks, tests);
}

async function runOn(session: Session, servers: TestServers, jestArgs: readonly string[]): Promise<CheckOutcome> {
  session.steps.say('');
  const { passed, failures } = await runJest(session, servers.variables, jestArgs);
  return { passed, failures: [...servers.failures.map((text) => `not available: ${text}`), ...failures] };
}

/** The very last line is for programs to read, so it stands alone. */
function report(session: Session, checks: CheckOutcome, tests: CheckOutcome): number {
  const failures = [...checks.failures, ...tests.failures];
  if (failures.length > 0) session.steps.say(`\nFailed:\n${failures.map((text) => `  - ${text}`).join('\n')}`);
  session.steps.say(`\n${checks.passed + tests.passed} passed, ${failures.length} failed`);
  return failures.length > 0 ? 1 : 0;
}
