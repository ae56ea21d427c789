import { InvalidArgumentError, type Command } from 'commander';
import { changeUser, type UserContent } from '../commands/changeUser';
import { createUser, problemsOfUser } from '../commands/createUser';
import { disableUser } from '../commands/disableUser';
import { enableUser } from '../commands/enableUser';
import { checkInvitable, inviteUser } from '../commands/inviteUser';
import { THE_SYSTEM } from '../commands/writeAudit';
import type { Deps } from '../deps';
import { AppError, FieldErrors } from '../errors';
import { User, type Role } from '../models/User';
import { findPeople, PERSON_STATES, personState, type PersonState } from '../queries/findPeople';
import { findUserByEmail } from '../queries/findUserByEmail';
import { parseId } from './parseId';
import { complain, print, printJson, printTable, runCommand } from './run';
import { onTrial } from './trial';

interface Options {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

interface ListOptions extends Options {
  readonly find?: string;
  readonly role?: Role;
  readonly state?: PersonState;
  readonly limit: number;
}

interface NewOptions extends Options {
  readonly role: Role;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly timeZone?: string;
  readonly invitation: boolean;
}

type ChangeOptions = Options & Pick<UserContent, 'email' | 'firstName' | 'lastName'> & { readonly timeZone?: string };

const ROLES: readonly Role[] = ['admin', 'teacher', 'student'];
const LIMIT = 200;

/** Everything about people but the first admin. */
export function addPeople(users: Command): void {
  addList(users);
  addCreate(users);
  addChange(users);
  addDeed(users, 'invite', 'mail somebody a new link to choose a password by; the former one dies', invite);
  addDeed(users, 'disable', 'sign somebody out at once and let them in nowhere, by no join link either', disable);
  addDeed(users, 'enable', 'let somebody in again; their password and their join links work as before', enable);
}

function addList(users: Command): void {
  users
    .command('list')
    .description('everybody, the newest first')
    .option('--find <text>', 'part of a name or an address')
    .option('--role <role>', `one of ${ROLES.join(', ')}`, oneOf(ROLES))
    .option('--state <state>', `one of ${PERSON_STATES.join(', ')}`, oneOf(PERSON_STATES))
    .option('--limit <count>', 'at most so many', parseId, LIMIT)
    .option('--json', 'as JSON')
    .action(({ find: person, role, state, limit, json }: ListOptions) =>
      runCommand(async () => {
        const people = (await findPeople({ person, role, state }, { offset: 0, limit })).map(presentRow);
        if (json) printJson(people);
        else if (people.length === 0) print('Nobody fits.');
        else {
          printTable(
            ['PERSON', 'ROLE', 'STATE', 'NAME', 'ADDRESS', 'TIME ZONE', 'MARKETPLACE', 'ITS ID'],
            people.map((row) => Object.values(row).map((value) => String(value ?? ''))),
          );
        }
        return 0;
      }),
    );
}

function presentRow(user: User) {
  const { id, role, fullName, email, timeZone, customer, externalId } = user;
  return { id, role, state: personState(user), name: fullName, email, timeZone, customer, externalId };
}

function addCreate(users: Command): void {
  users
    .command('create')
    .description('add somebody; teachers and admins are invited by mail to choose a password')
    .requiredOption('--role <role>', `one of ${ROLES.join(', ')}`, oneOf(ROLES))
    .requiredOption('--email <address>', 'where they read, and what they sign in with')
    .requiredOption('--first-name <name>', 'their first name')
    .requiredOption('--last-name <name>', 'their last name')
    .option('--time-zone <zone>', 'such as Europe/Berlin; times are shown in it')
    .option('--no-invitation', 'mail them nothing yet')
    .option('--dry-run', 'check what was given; make nobody')
    .option('--json', 'as JSON')
    .action((options: NewOptions) => runCommand((deps) => create(deps, options)));
}

async function create(deps: Deps, options: NewOptions): Promise<0> {
  const { role, email, firstName, lastName, timeZone = null, invitation, dryRun, json } = options;
  const invite = invitation && role !== 'student';
  const person = { role, email, firstName, lastName, timeZone, password: null, invite };
  if (dryRun) await check(person);
  const id = dryRun ? null : (await createUser(deps, person, THE_SYSTEM)).id;
  if (json) printJson({ id, email, role, invited: invite && !dryRun });
  else if (id === null) print(`Would add the ${role} ${email}.`);
  else print(`${email} is here now (${role}, number ${id})${invite ? ' and is invited by mail' : ''}.`);
  return 0;
}

async function check(person: Parameters<typeof problemsOfUser>[0]): Promise<void> {
  const problems = problemsOfUser(person);
  if (problems.length > 0) throw new FieldErrors(problems);
  if (await findUserByEmail(person.email)) {
    throw new FieldErrors([{ field: 'email', message: 'Somebody with this e-mail address is here already.' }]);
  }
}

function addChange(users: Command): void {
  users
    .command('change')
    .argument('<id>', 'the number of the person, as users list shows it', parseId)
    .description(
      'correct somebody; what is not named stays. Another address kills the links that were sent to the former one, which is told',
    )
    .option('--email <address>', 'where they read, and what they sign in with')
    .option('--first-name <name>', 'their first name')
    .option('--last-name <name>', 'their last name')
    .option('--time-zone <zone>', 'such as Europe/Berlin')
    .option('--dry-run', 'check it, and say what it would come to; change nothing')
    .option('--json', 'as JSON')
    .action((id: number, options: ChangeOptions) =>
      act(id, options, async (deps) => {
        const { email, firstName, lastName, timeZone } = options;
        const done = await changeUser(deps, id, { email, firstName, lastName, timeZone }, THE_SYSTEM);
        return { changed: done.changed, what: 'changed', address: done.address, invitations: done.invitations };
      }),
    );
}

interface Deed {
  readonly changed: boolean;
  /** `disabled`, as in "is disabled" */
  readonly what: string;
}

function addDeed(
  users: Command,
  name: string,
  description: string,
  work: (deps: Deps, id: number, dryRun: boolean) => Promise<Deed>,
): void {
  users
    .command(name)
    .argument('<id>', 'the number of the person, as users list shows it', parseId)
    .description(description)
    .option('--dry-run', 'check it, and say what it would come to; change nothing')
    .option('--json', 'as JSON')
    .action((id: number, options: Options) => act(id, options, (deps) => work(deps, id, options.dryRun === true)));
}

async function invite(deps: Deps, id: number, dryRun: boolean): Promise<Deed> {
  if (dryRun) checkInvitable(await requireUser(id));
  else await inviteUser(deps, id, THE_SYSTEM);
  return { changed: true, what: 'invited' };
}

async function disable(deps: Deps, id: number): Promise<Deed & { passes: number }> {
  const { changed, passes } = await disableUser(deps, id, THE_SYSTEM);
  return { changed, passes, what: 'disabled' };
}

async function enable(deps: Deps, id: number): Promise<Deed & { passes: number }> {
  const { changed, passes } = await enableUser(deps, id, THE_SYSTEM);
  return { changed, passes, what: 'enabled' };
}

async function requireUser(id: number): Promise<User> {
  const user = await User.findByPk(id);
  if (!user) throw new AppError(404, 'not_found', 'There is no such person.');
  return user;
}

/** Does it, or tries it; what cannot be done is said in a sentence. */
function act(id: number, { dryRun, json }: Options, work: (deps: Deps) => Promise<Deed>): Promise<void> {
  return runCommand(async (deps) => {
    try {
      const { what, ...done } = await work(dryRun ? onTrial(deps) : deps);
      if (json) printJson({ id, ...done });
      else if (done.changed) print(`Person ${id} ${dryRun ? 'would be' : 'is'} ${what}.`);
      else print(`Person ${id} is so already; nothing ${dryRun ? 'would change' : 'has changed'}.`);
      return 0;
    } catch (error) {
      if (!(error instanceof AppError) || error instanceof FieldErrors) throw error;
      if (json) printJson({ id, changed: false, why: error.message });
      else complain(error.message);
      return 1;
    }
  });
}

function oneOf<T extends string>(known: readonly T[]): (text: string) => T {
  return (text) => {
    const found = known.find((one) => one === text);
    if (!found) throw new InvalidArgumentError(`It is one of ${known.join(', ')}.`);
    return found;
  };
}
