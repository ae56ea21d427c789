import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { importClassDates } from '../commands/importClassDates';
import { readClassDateRows, type ClassDateRow, type RowProblem } from '../commands/readClassDateRows';
import { THE_SYSTEM } from '../commands/writeAudit';
import { checkClassDateRows } from '../queries/checkClassDateRows';
import { findImportClashes } from '../queries/findImportClashes';
import { addClassChanges } from './classChanges';
import { complain, EXIT_USAGE, print, printJson, runCommand } from './run';

interface Options {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

interface Report {
  readonly booked: number;
  readonly there: number;
  readonly left: number;
  readonly problems: readonly RowProblem[];
  /** the lines that overlap another class of the same teacher; a dry run alone looks for them */
  readonly clashes?: readonly number[];
}

export function addClassDates(program: Command): void {
  const classDates = program.command('class-dates').description('class dates: booking many, and changing one');
  addClassChanges(classDates);
  classDates
    .command('import <file>')
    .description(
      'book the class dates of a CSV file: order, class_date, start, time_zone, minutes; Ctrl-C stops safely',
    )
    .option('--dry-run', 'say what would be booked, what refused, and what overlaps; change nothing')
    .option('--json', 'as JSON')
    .action(async (file: string, options: Options) => {
      const text = await readFile(file, 'utf8').catch(() => null);
      if (text === null) {
        complain(`The file ${file} cannot be read.`);
        process.exitCode = EXIT_USAGE;
        return;
      }
      await importFile(text, options);
    });
}

async function importFile(text: string, { dryRun = false, json = false }: Options): Promise<void> {
  const stopping = new AbortController();
  // The batch under way is finished; doing it again books the rest.
  const stop = () => stopping.abort();
  process.once('SIGINT', stop);
  await runCommand(async (deps) => {
    const { rows, problems } = readClassDateRows(text, deps.clock.now());
    const report = dryRun
      ? await preview(rows)
      : await importClassDates(deps, rows, THE_SYSTEM, { signal: stopping.signal });
    const all = [...problems, ...report.problems].sort((one, other) => one.line - other.line);
    if (json) printJson({ ...report, problems: all });
    else printReport({ ...report, problems: all }, dryRun);
    return all.length > 0 || report.left > 0 ? 1 : 0;
  });
  process.off('SIGINT', stop);
}

async function preview(rows: readonly ClassDateRow[]) {
  const { toBook, ...rest } = await checkClassDateRows(rows);
  return { booked: toBook.length, left: 0, ...rest, clashes: await findImportClashes(toBook) };
}

function printReport({ booked, there, left, problems, clashes = [] }: Report, dryRun: boolean): void {
  for (const { line, column, message } of problems) {
    complain(`line ${line}${column === null ? '' : `, ${column}`}: ${message}`);
  }
  print(`${dryRun ? 'Would be booked' : 'Booked'}: ${booked}. There already: ${there}. Refused: ${problems.length}.`);
  for (const line of clashes) complain(`line ${line}: it overlaps another class of the same teacher.`);
  if (left > 0) complain(`Stopped: ${left} rows were not looked at. Import the file again for the rest.`);
}
