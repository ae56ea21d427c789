import { InvalidArgumentError, type Command } from 'commander';
import { listComing, type DueClass } from '../commands/generateMeetings';
import { complain, print, printJson, printTable, runCommand } from './run';

const USUAL_MINUTES = 60;
const MOST_MINUTES = 14 * 24 * 60;

export function addClasses(program: Command): void {
  const classes = program.command('classes').description('class dates');
  classes
    .command('due')
    .description('the classes that start soon, how each stands with its meeting, and whether its teacher is connected')
    .option('--minutes <count>', 'how far to look ahead', parseMinutes, USUAL_MINUTES)
    .option('--json', 'as JSON')
    .action(({ minutes, json }: { minutes: number; json?: boolean }) =>
      runCommand(async (deps) => {
        const due = await listComing(deps, minutes);
        if (json) printJson(due);
        else printDue(due, minutes);
        return 0;
      }),
    );
}

function parseMinutes(text: string): number {
  const minutes = Number(text);
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > MOST_MINUTES) {
    throw new InvalidArgumentError(`It is a whole number of minutes, from 1 to ${MOST_MINUTES}.`);
  }
  return minutes;
}

function printDue(due: readonly DueClass[], minutes: number): void {
  if (due.length === 0) return print(`No class starts within ${minutes} minutes.`);
  printTable(
    ['CLASS', 'STARTS', 'STATE', 'ITS MEETING', 'TEACHER', 'ZOOM', 'NEXT LOOK'],
    due.map(({ classDateId, startsAt, state, meeting, teacherId, teacherConnected, nextLookAt }) => [
      String(classDateId),
      startsAt.toISOString(),
      state,
      meeting,
      String(teacherId),
      teacherConnected ? 'connected' : 'not connected',
      nextLookAt?.toISOString() ?? '',
    ]),
  );
  print(`${due.length} start within ${minutes} minutes.`);
  const unconnected = new Set(due.filter((one) => !one.teacherConnected).map(({ teacherId }) => teacherId));
  if (unconnected.size > 0) complain(`Teachers who must connect Zoom: ${[...unconnected].join(', ')}`);
}
