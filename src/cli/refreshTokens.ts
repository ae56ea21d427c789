import type { Command } from 'commander';
import { refreshAll, refreshTeacher, type TeacherRefresh } from '../commands/refreshAll';
import type { Deps } from '../deps';
import { parseId } from './parseId';
import { complain, EXIT_USAGE, print, printJson, printTable, runCommand } from './run';

interface Options {
  readonly teacher?: number;
  readonly now?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addRefreshTokens(program: Command): void {
  program
    .command('refresh-tokens')
    .description('renew the Zoom tokens that have used up half their life; what is younger is left alone')
    .option('--teacher <id>', 'of this teacher alone', parseId)
    .option('--now', 'with --teacher: also a token that has life left')
    .option('--dry-run', 'say what would be done; ask nothing of Zoom')
    .option('--json', 'as JSON')
    .action(async (options: Options) => {
      if (!options.now || options.teacher !== undefined) return runCommand((deps) => refresh(deps, options));
      complain('--now goes with --teacher: the others are renewed in their time.');
      process.exitCode = EXIT_USAGE;
    });
}

async function refresh(deps: Deps, { teacher, now = false, dryRun = false, json }: Options): Promise<0 | 1> {
  const refreshes =
    teacher === undefined
      ? await refreshAll(deps, { dryRun })
      : [await refreshTeacher(deps, teacher, { dryRun, evenIfFresh: now })];
  if (json) printJson(refreshes);
  else printRefreshes(refreshes);
  return refreshes.some(({ outcome }) => FAILED.includes(outcome)) ? 1 : 0;
}

/** Teachers who are not connected are told of only where they were asked for. */
const FAILED: readonly TeacherRefresh['outcome'][] = ['kept', 'dead', 'not connected'];

const REMEDIES: Readonly<Record<TeacherRefresh['outcome'], string>> = {
  fresh: '',
  'would be renewed': '',
  renewed: '',
  'not connected': 'The teacher connects Zoom at /teacher/zoom; connections list says since when they are not.',
  kept: 'The old token stays in use. Look at the trouble page.',
  dead: 'The teacher must connect Zoom again; they are mailed the link.',
};

function printRefreshes(refreshes: readonly TeacherRefresh[]): void {
  if (refreshes.length === 0) return print('No teacher has a connection.');
  printTable(
    ['TEACHER', 'OUTCOME', 'WHY', 'WHAT TO DO'],
    refreshes.map(({ teacherId, outcome, reason }) => [String(teacherId), outcome, reason ?? '', REMEDIES[outcome]]),
  );
}
