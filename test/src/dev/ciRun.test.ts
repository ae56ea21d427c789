import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import path from 'node:path';
import { readReport } from '../../../src/dev/jestRun';

const ROOT = path.join(__dirname, '../../..');
const SCRIPT = path.join(ROOT, '.ci/run');

it('is a bash script that can be run', () => {
  accessSync(SCRIPT, constants.X_OK);
  execFileSync('bash', ['-n', SCRIPT]);
  expect(readFileSync(SCRIPT, 'utf8')).toMatch(/^#!\/usr\/bin\/env bash\n[^]*set -eu/);
});

it('names no path of any one machine', () => {
  expect(readFileSync(SCRIPT, 'utf8')).not.toMatch(/(^|[\s"'=])\/(home|root|work|Users|opt|srv|var)\b/m);
});

describe('the launcher it calls', () => {
  const bootstrap = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(ROOT, 'src/dev/bootstrap.mjs'), ...args], { encoding: 'utf8' });

  it('explains itself', () => {
    const { stdout, status } = bootstrap('start', '--help');
    expect(status).toBe(0);
    for (const word of ['start', 'test', 'servers', '--fresh', '--no-install']) expect(stdout).toContain(word);
  });

  it('does not guess what an unknown mode means', () => {
    expect(bootstrap('strat')).toMatchObject({ status: 64, stdout: expect.stringContaining('Usage:') as string });
  });
});

describe('counting', () => {
  const file = (name: string, status: string, tests: [string, string][], message = '') => ({
    name: path.join(ROOT, name),
    status,
    message,
    assertionResults: tests.map(([fullName, state]) => ({ fullName, status: state })),
  });
  const report = (passed: number, ...testResults: object[]): string =>
    JSON.stringify({ numPassedTests: passed, testResults });

  it('counts single tests and names the failed ones', () => {
    const json = report(
      2,
      file('test/a.test.ts', 'failed', [
        ['a works', 'passed'],
        ['b works', 'failed'],
      ]),
    );
    expect(readReport(json, 'exit code 1')).toEqual({ passed: 2, failures: ['test/a.test.ts: b works'] });
  });

  it('counts a file that could not be loaded', () => {
    const json = report(0, file('test/b.test.ts', 'failed', [], '  Cannot find module\n at …'));
    expect(readReport(json, 'exit code 1')).toEqual({ passed: 0, failures: ['test/b.test.ts: Cannot find module'] });
  });

  it('never calls a jest that failed a success', () => {
    const json = report(1, file('test/a.test.ts', 'passed', [['a works', 'passed']]));
    expect(readReport(json, 'exit code 1').failures).toEqual(['jest itself ended with exit code 1']);
    expect(readReport(json, 'exit code 0').failures).toEqual([]);
  });
});
