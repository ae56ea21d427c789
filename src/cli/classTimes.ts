import type { Command } from 'commander';
import { rederiveClassTimes, type Rederived } from '../commands/rederiveClassTimes';
import { complain, print, printJson, printTable, runCommand } from './run';

interface Options {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addClassTimes(program: Command): void {
  const classTimes = program.command('class-times').description('when classes are');
  classTimes
    .command('check')
    .description(
      'compare each coming class with its wall time under the present rules of its zone, and move it if need be',
    )
    .option('--dry-run', 'say which would be moved; change nothing')
    .option('--json', 'as JSON')
    .action(({ dryRun = false, json }: Options) =>
      runCommand(async (deps) => {
        const outcome = await rederiveClassTimes(deps, { dryRun });
        if (json) printJson({ zoneRules: process.versions.tz, ...outcome });
        else printOutcome(outcome, dryRun);
        return outcome.classes.some(({ moved }) => !moved && !dryRun) ? 1 : 0;
      }),
    );
}

function printOutcome({ checked, classes }: Rederived, dryRun: boolean): void {
  print(`${checked} coming classes compared with the zone rules of ${process.versions.tz ?? 'this Node.js'}.`);
  if (classes.length === 0) return print('All of them are when their wall time says.');
  printTable(
    ['CLASS', 'WALL TIME', 'ZONE', 'STORED', 'RIGHT', 'MOVED'],
    classes.map(({ classDateId, localStart, timeZone, storedStart, rightStart, withinLead, moved }) => [
      ...[String(classDateId), localStart, timeZone, storedStart.toISOString(), rightStart.toISOString()],
      movedInWords({ withinLead, moved }, dryRun),
    ]),
  );
  const near = classes.filter(({ withinLead }) => withinLead).length;
  if (near > 0) complain(`${near} begin too soon to be moved without a word: look at them on their pages.`);
}

function movedInWords({ withinLead, moved }: { withinLead: boolean; moved: boolean }, dryRun: boolean): string {
  if (withinLead) return 'no: too soon';
  if (dryRun) return 'would be';
  return moved ? 'yes' : 'no: changed meanwhile';
}
