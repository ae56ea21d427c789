import type { Command } from 'commander';
import { checkEverything, checkSetup } from '../checks';
import { needsSomebody, type Check, type CheckVerdict } from '../checks/check';
import { ConfigError, loadConfig } from '../config/loadConfig';
import type { Deps } from '../deps';
import { EXIT_CONFIG } from '../config/loadConfigOrExit';
import { print, printJson, runCommand } from './run';

interface Options {
  readonly json?: boolean;
}

const MARKS: Readonly<Record<CheckVerdict, string>> = {
  passed: 'ok      ',
  warning: 'warning ',
  failed: 'FAILED  ',
  unknown: 'unknown ',
  'not looked at': 'NOT SEEN',
};

export function addChecks(program: Command): void {
  program
    .command('doctor')
    .description('look at everything that can go wrong, and say what to do; changes nothing')
    .option('--json', 'as JSON')
    .action((options: Options) => run(options, checkEverything));
  const setup = program.command('setup').description('setting up a site');
  setup
    .command('check')
    .description('every setting that is missing, wrong or weak, all at once; then what they lead to')
    .option('--json', 'as JSON')
    .action((options: Options) => run(options, checkSetup));
}

async function run({ json = false }: Options, look: (deps: Deps) => Promise<Check[]>): Promise<void> {
  const unusable = unusableSettings();
  if (unusable) {
    report(unusable, json);
    process.exitCode = EXIT_CONFIG;
    return;
  }
  await runCommand(async (deps) => {
    const checks = await look(deps);
    report(checks, json);
    return needsSomebody(checks) ? 1 : 0;
  });
}

/** Settings that keep everything from starting are told as the others are; null when they are usable. */
function unusableSettings(): Check[] | null {
  try {
    loadConfig();
    return null;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const remedy = 'See .env.sample for every setting; keys new makes the keys.';
    const wrong = error.problems.map((why): Check => ({ ...SETTINGS, verdict: 'failed', why, remedy }));
    const weak = error.weak.map(({ name, why }): Check => ({
      ...SETTINGS,
      verdict: 'warning',
      why: `${name}: ${why}`,
      remedy: null,
    }));
    return [...wrong, ...weak];
  }
}

const SETTINGS = { name: 'settings', title: 'Setting' } as const;

function report(checks: readonly Check[], json: boolean): void {
  if (json) return printJson(checks);
  for (const { title, verdict, why, remedy } of checks) {
    print(`${MARKS[verdict]}  ${title}: ${why}`);
    if (remedy !== null) print(`          ${remedy}`);
  }
  const count = (wanted: CheckVerdict) => checks.filter(({ verdict }) => verdict === wanted).length;
  print(
    `${count('failed')} failed, ${count('not looked at')} not looked at, ${count('warning')} warnings, ${count('unknown')} unknown, ${count('passed')} well.`,
  );
}
