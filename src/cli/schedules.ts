import { InvalidArgumentError, type Command } from 'commander';
import { SCHEDULES, type ScheduleName, type ScheduleRow } from '../temporal/schedules';
import { complain, print, printJson, printTable, runCommand } from './run';

interface Options {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addSchedules(program: Command): void {
  const schedules = program.command('schedules').description('what happens by the clock, belonging to no class');
  schedules
    .command('list')
    .description('what there is, when it last ran and when it runs next')
    .option('--json', 'as JSON')
    .action(({ json }: Options) =>
      runCommand(async (deps) => {
        const rows = await deps.temporal.schedules.list();
        if (json) printJson(rows);
        else printSchedules(rows);
        return rows.every(({ exists }) => exists) ? 0 : 1;
      }),
    );
  schedules
    .command('run')
    .description('have one run now')
    .argument('<name>', SCHEDULES.join(' or '), parseName)
    .option('--dry-run', 'say what would run; run nothing')
    .option('--json', 'as JSON')
    .action((name: ScheduleName, options: Options) => run(name, options));
}

function run(name: ScheduleName, { dryRun = false, json }: Options): Promise<void> {
  return runCommand(async (deps) => {
    const started = dryRun
      ? await isThere(deps.temporal.schedules.list(), name)
      : await deps.temporal.schedules.run(name);
    if (json) printJson({ name, started: started && !dryRun });
    else if (started)
      print(
        dryRun ? `${name} would run now.` : `${name} runs now; the Temporal UI and the workers’ log show how it goes.`,
      );
    if (!started) complain(`There is no schedule ${name} yet. A worker makes it within a minute of its start.`);
    return started ? 0 : 1;
  });
}

async function isThere(listed: Promise<readonly ScheduleRow[]>, wanted: ScheduleName): Promise<boolean> {
  return (await listed).some(({ name, exists }) => name === wanted && exists);
}

function parseName(text: string): ScheduleName {
  const known = SCHEDULES.find((name) => name === text);
  if (!known) throw new InvalidArgumentError(`It is one of ${SCHEDULES.join(', ')}.`);
  return known;
}

function printSchedules(rows: readonly ScheduleRow[]): void {
  const stand = ({ exists, paused }: ScheduleRow) => (exists ? (paused ? 'paused' : 'runs') : 'not there yet');
  printTable(
    ['SCHEDULE', 'STATE', 'LAST', 'NEXT'],
    rows.map((row) => [row.name, stand(row), row.lastRunAt?.toISOString() ?? '-', row.nextRunAt?.toISOString() ?? '-']),
  );
}
