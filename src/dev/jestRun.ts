import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { CheckOutcome } from './checks';
import { PROJECT, type Session } from './session';

/** The servers and the browser want a core's worth too. */
const MAX_WORKERS = 2;

const resultSchema = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/** Runs jest with its output on the terminal, and counts from its report. */
export async function runJest(
  session: Session,
  variables: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<CheckOutcome> {
  const reportFile = path.join(session.folder, 'jest.json');
  rmSync(reportFile, { force: true });
  const outcome = await session.processes.spawn({
    name: 'jest',
    command: process.execPath,
    args: [
      path.join(PROJECT, 'node_modules/jest/bin/jest.js'),
      ...['--config', '.config/jest.config.cjs', '--maxWorkers', `${MAX_WORKERS}`],
      ...['--json', '--outputFile', reportFile],
      ...args,
    ],
    env: { ...session.environment.inherited, ...variables },
    cwd: PROJECT,
    shown: true,
  }).exited;
  if (!existsSync(reportFile)) return { passed: 0, failures: [`jest itself ended with ${outcome}`] };
  return readReport(readFileSync(reportFile, 'utf8'), outcome);
}

/** Counts single tests; a file that could not even be loaded counts as one. */
export function readReport(json: string, outcome: string): CheckOutcome {
  const { numPassedTests, testResults } = resultSchema.parse(JSON.parse(json));
  const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = path.relative(PROJECT, name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0 && status === 'failed') return [`${file}: ${message.trim().split('\n')[0] ?? ''}`];
    return failed.map(({ fullName }) => `${file}: ${fullName}`);
  });
  if (failures.length === 0 && outcome !== 'exit code 0') failures.push(`jest itself ended with ${outcome}`);
  return { passed: numPassedTests, failures };
}
