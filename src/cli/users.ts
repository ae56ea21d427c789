import type { Command } from 'commander';
import { createFirstAdmin, newPassword } from '../commands/createFirstAdmin';
import { problemsOfUser } from '../commands/createUser';
import { FieldErrors } from '../errors';
import { findUserByEmail } from '../queries/findUserByEmail';
import { addPeople } from './people';
import { readPassword } from './readInput';
import { print, printJson, runCommand } from './run';

interface AdminOptions {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly timeZone?: string;
  readonly generate?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addUsers(program: Command): void {
  const users = program.command('users').description('people');
  addPeople(users);
  users
    .command('create-admin')
    .description('make somebody an admin; the first one can only be made here')
    .requiredOption('--email <address>', 'what they sign in with')
    .requiredOption('--first-name <name>', 'their first name')
    .requiredOption('--last-name <name>', 'their last name')
    .option('--time-zone <zone>', 'such as Europe/Berlin; times are shown in it')
    .option(
      '--generate',
      'make a password and print it; without this it is asked for, or the first line that is piped in',
    )
    .option('--dry-run', 'check what was given; make nobody')
    .option('--json', 'as JSON')
    .action((options: AdminOptions) =>
      runCommand(async (deps) => {
        const password = options.generate ? newPassword() : await readPassword('Password');
        const { email, firstName, lastName, timeZone = null } = options;
        const admin = { email, firstName, lastName, timeZone, password };
        if (options.dryRun) {
          await check(admin);
          if (options.json) printJson({ email, wouldBeMade: true });
          else print(`Would make ${email} an admin.`);
          return 0;
        }
        const { id, admins } = await createFirstAdmin(deps, admin);
        const made = { id, email, admins, ...(options.generate ? { password } : {}) };
        if (options.json) printJson(made);
        else printMade(made, deps.config.appUrl);
        return 0;
      }),
    );
}

async function check(admin: {
  email: string;
  firstName: string;
  lastName: string;
  timeZone: string | null;
  password: string;
}) {
  const problems = problemsOfUser({ role: 'admin', ...admin });
  if (problems.length > 0) throw new FieldErrors(problems);
  if (await findUserByEmail(admin.email)) {
    throw new FieldErrors([{ field: 'email', message: 'Somebody with this e-mail address is here already.' }]);
  }
}

function printMade(
  { id, email, admins, password }: { id: number; email: string; admins: number; password?: string },
  appUrl: string,
): void {
  print(`${email} is an admin now (number ${id}; admins in all: ${admins}).`);
  if (password !== undefined) print(`password: ${password}`);
  print(`Sign in at ${appUrl}/login`);
}
