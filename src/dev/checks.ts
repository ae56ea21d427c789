import { requireProgram } from './provision/programs';
import { PROJECT, type Session } from './session';

/** The scripts of package.json that look at the code without running it, in the order of how soon they tell. */
const CHECKS = ['format:check', 'types', 'lint', 'boundaries', 'dead-code'] as const;

export interface CheckOutcome {
  readonly passed: number;
  /** One text a failure. */
  readonly failures: readonly string[];
}

/** Runs every check, one after the other; each failure's output is shown. */
export async function runChecks(session: Session): Promise<CheckOutcome> {
  const npm = requireProgram(session.environment, ['npm']);
  const failures: string[] = [];
  for (const check of CHECKS) {
    const running = session.processes.spawn({
      name: `check-${check.replace(':', '-')}`,
      command: npm,
      args: ['run', '--silent', check],
      env: session.environment.inherited,
      cwd: PROJECT,
    });
    const outcome = await session.steps.step(check, () => running.exited, sayOutcome);
    if (outcome === 'exit code 0') continue;
    failures.push(`npm run ${check}`);
    session.steps.say(running.log().trimEnd());
  }
  return { passed: CHECKS.length - failures.length, failures };
}

function sayOutcome(outcome: string): string {
  return outcome === 'exit code 0' ? 'passed' : `FAILED (${outcome})`;
}
