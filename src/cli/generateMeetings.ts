import type { Command } from 'commander';
import { generateMeetings, type ForetoldClass } from '../commands/generateMeetings';
import type { RiskKind } from '../domain/classRisks';
import { isToBeMade } from '../domain/generation';
import { reasonInWords } from '../presenters/classDate';
import type { Due } from '../queries/listDueClassDates';
import { parseInstant } from './parseInstant';
import { complain, EXIT_USAGE, print, printJson, printTable, runCommand } from './run';

interface Options {
  readonly from?: Date;
  readonly to?: Date;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addGenerateMeetings(program: Command): void {
  program
    .command('generate-meetings')
    .description(
      'have the Zoom meetings tried at once that should be there and are not; say how each class stands, and what would come',
    )
    .option('--from <iso>', 'the first instant at which they start, such as 2026-11-23T10:00:00Z', parseInstant)
    .option(
      '--to <iso>',
      'the instant before which they start; with neither, the classes whose room should be open',
      parseInstant,
    )
    .option('--dry-run', 'say how each class stands, and what would come; change nothing')
    .option('--json', 'as JSON')
    .action(async (options: Options) => {
      const due = dueOf(options);
      if (!due) {
        complain('Give a --to that is later than --from.');
        process.exitCode = EXIT_USAGE;
        return;
      }
      await runCommand(async (deps) => {
        const { dryRun = false, json } = options;
        const classes = await generateMeetings(deps, due, { dryRun });
        if (json) printJson(classes);
        else printClasses(classes, dryRun);
        return classes.some(({ meeting }) => meeting === 'waits for its teacher') ? 1 : 0;
      });
    });
}

function dueOf({ from, to }: Options): Due | null {
  if (!from && !to) return 'now';
  return !from || !to || from < to ? { from, to } : null;
}

function nextOf({ waitingFor, nextLookAt }: ForetoldClass): string {
  return nextLookAt === null ? '' : `${waitingFor} ${nextLookAt.toISOString()}`;
}

function whyOf({ reason, risks, foretold }: ForetoldClass): string {
  const told = reason === null ? [] : [reasonInWords(reason)];
  const kinds = foretold.map(({ kind }) => kind);
  return [...told, ...listed('At risk', risks), ...listed('Would be found', kinds)].join(' ');
}

function listed(what: string, risks: readonly RiskKind[]): string[] {
  return risks.length === 0 ? [] : [`${what}: ${risks.map((risk) => risk.replaceAll('_', ' ')).join(', ')}.`];
}

function printClasses(classes: readonly ForetoldClass[], dryRun: boolean): void {
  if (classes.length === 0) return print('No class date is due.');
  printTable(
    ['CLASS', 'STARTS', 'STATE', 'ITS MEETING', 'NEXT', 'MAILS', 'WHY'],
    classes.map((dueClass) => [
      String(dueClass.classDateId),
      dueClass.startsAt.toISOString(),
      dueClass.state,
      dueClass.meeting,
      nextOf(dueClass),
      String(dueClass.mails.length),
      whyOf(dueClass),
    ]),
  );
  const count = classes.filter(({ meeting }) => isToBeMade(meeting)).length;
  print(`${dryRun ? 'Would be tried at once' : 'Tried at once, each by its workflow'}: ${count}`);
  const waiting = classes.filter(({ meeting }) => meeting === 'waits for its teacher').length;
  if (waiting > 0) complain(`${waiting} wait for teachers to connect Zoom; they have been written to.`);
}
