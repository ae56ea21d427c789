import type { Command } from 'commander';
import type { Door } from '../domain/joinRules';
import { probePass, type PassProbe } from '../queries/probePass';
import { readLine } from './readInput';
import { complain, EXIT_USAGE, print, printJson, runCommand } from './run';

const TOKEN = /(?:^|token=)([0-9a-f]{64})(?:$|&)/;

const DOORS: Readonly<Record<Door, string>> = {
  not_yet: 'The class does not open yet.',
  room_being_made: 'The room is still being made.',
  waiting_for_teacher: 'The class is open; the teacher has not started it.',
  live: 'The class is live.',
  teacher_gone: 'The class is open; the teacher is not in it now.',
  over: 'The class is over.',
  cancelled: 'The class is cancelled.',
};

export function addPasses(program: Command): void {
  const passes = program.command('passes').description('join passes');
  passes
    .command('probe')
    .description(
      'whether a join link is known, until when it works, and whether it has been used; it is written nowhere',
    )
    .argument('<link>', 'the link, or - to paste it (it then stays out of the shell’s history)')
    .option('--json', 'as JSON')
    .action(async (link: string, { json }: { json?: boolean }) => {
      const [, token] = TOKEN.exec(link === '-' ? await readLine() : link.trim()) ?? [];
      if (token === undefined) {
        complain('This is no join link: one ends in token= and 64 digits. Copy it whole.');
        process.exitCode = EXIT_USAGE;
        return;
      }
      await runCommand(async (deps) => {
        const probe = await probePass(deps, token);
        if (json) printJson(probe);
        else if (probe) printProbe(probe);
        if (probe) return 0;
        complain('No pass has this link. It may be older than the last two, of another site, or not whole.');
        return 1;
      });
    });
}

function printProbe({ passId, classDateId, door, opensAt, closesAt, usedAt, takeovers, ...rest }: PassProbe): void {
  print(`Pass ${passId} of class date ${classDateId}. ${DOORS[door]}`);
  print(`opens    ${opensAt.toISOString()}`);
  print(`closes   ${closesAt.toISOString()}, later when the class runs over`);
  print(`used     ${usedAt ? usedAt.toISOString() : 'not yet'}`);
  if (takeovers > 0) print(`went on in another browser ${takeovers} times`);
  if (rest.revokedAt) print(`withdrawn ${rest.revokedAt.toISOString()}`);
  if (rest.replaced)
    print('A later link has been made; this one works only in the browser that is in, until it is used.');
  print(rest.admits ? 'It lets its holder in now.' : 'It lets nobody in now.');
}
