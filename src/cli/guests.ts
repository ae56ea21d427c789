import { InvalidArgumentError, type Command } from 'commander';
import { addGuests } from '../commands/addGuests';
import { correctGuest, NAME_MAX } from '../commands/correctGuest';
import { isEmail, parseGuests } from '../commands/parseGuests';
import { removeGuest } from '../commands/removeGuest';
import { THE_SYSTEM } from '../commands/writeAudit';
import type { Deps } from '../deps';
import { NotFoundError } from '../errors';
import { BookOrder } from '../models/BookOrder';
import { OrderGuest } from '../models/OrderGuest';
import { listGuests } from '../queries/externalBookings';
import { listOpenClassDates } from '../queries/listOpenClassDates';
import { findGuest } from '../queries/orders';
import { parseId } from './parseId';
import { complain, EXIT_USAGE, print, printJson, printTable, runCommand } from './run';
import { onTrial } from './trial';

interface Options {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

interface Addition extends Options {
  /** each as it was typed */
  readonly guest: readonly string[];
}

interface Correction extends Options {
  readonly email?: string;
  readonly name?: string;
}

export function addGuestCommands(program: Command): void {
  const guests = program.command('guests').description('who comes to the classes of an order beside its buyer');
  guests
    .command('list')
    .argument('<order>', 'the number of the order', parseId)
    .description('the guests of an order')
    .option('--json', 'as JSON')
    .action((orderId: number, options: Options) => runCommand(() => list(orderId, options)));
  withTrial(guests.command('add').argument('<order>', 'the number of the order', parseId))
    .description('add guests: they get a link to each class that is not over, and the mails that the others have')
    .requiredOption('--guest <guest>', 'an address, or "Name <address>"; may be given many times', collectGuests)
    .action((orderId: number, options: Addition) => runCommand((deps) => add(deps, orderId, options)));
  withTrial(withGuest(guests.command('correct')))
    .description('correct a guest; what is not named stays. Another address gets links of its own, the former ones die')
    .option('--email <address>', 'where they read', parseEmail)
    .option('--name <name>', 'what they are called; "" for no name', parseName)
    .action((guestId: number, options: Correction) => correctNamed(guestId, options));
  withTrial(withGuest(guests.command('remove')))
    .description('take a guest out of an order: their links stop working at once')
    .action((guestId: number, options: Options) => runCommand((deps) => remove(deps, guestId, options)));
}

function withGuest(command: Command): Command {
  return command.argument('<id>', 'the number of the guest, as guests list shows it', parseId);
}

function withTrial(command: Command): Command {
  return command
    .option('--dry-run', 'check it, and say what it would come to; change nothing')
    .option('--json', 'as JSON');
}

async function list(orderId: number, { json }: Options): Promise<0> {
  if (!(await BookOrder.findByPk(orderId))) throw new NotFoundError('There is no such order.');
  const guests = (await listGuests(orderId)).map(({ id, name, email, timeZone }) => ({ id, name, email, timeZone }));
  if (json) printJson(guests);
  else if (guests.length === 0) print(`Order ${orderId} has no guests.`);
  else {
    printTable(
      ['GUEST', 'NAME', 'ADDRESS', 'TIME ZONE'],
      guests.map((guest) => Object.values(guest).map((value) => String(value ?? ''))),
    );
  }
  return 0;
}

async function add(deps: Deps, orderId: number, { guest: lines, dryRun = false, json }: Addition): Promise<0> {
  const addition = { orderId, text: lines.join('\n') };
  const { added, notes } = await addGuests(dryRun ? onTrial(deps) : deps, addition, THE_SYSTEM);
  const classDates = added > 0 ? (await listOpenClassDates(orderId, null)).length : 0;
  if (json) printJson({ orderId, added, classDates, notes });
  else {
    const word = dryRun ? 'that would be added' : 'added';
    print(`Guests ${word} to order ${orderId}: ${added}. Class dates they get a link to: ${classDates}.`);
    for (const note of notes) complain(note);
  }
  return 0;
}

async function correctNamed(guestId: number, options: Correction): Promise<void> {
  if (options.email !== undefined || options.name !== undefined) {
    return runCommand((deps) => correct(deps, guestId, options));
  }
  complain('Give --email or --name, or both.');
  process.exitCode = EXIT_USAGE;
}

async function correct(deps: Deps, guestId: number, { email, name, dryRun = false, json }: Correction): Promise<0> {
  const done = await correctGuest(dryRun ? onTrial(deps) : deps, { guestId, email, name }, THE_SYSTEM);
  const { address, invitations } = done;
  const changed = done.name || address;
  if (json) printJson({ guestId, changed, name: done.name, address, invitations });
  else if (changed) {
    print(`Guest ${guestId} ${dryRun ? 'would be' : 'is'} corrected.`);
    if (address)
      print(
        `The former address's links ${dryRun ? 'would stop' : 'have stopped'} working; new ones mailed: ${invitations}.`,
      );
  } else print(`Guest ${guestId} is so already; nothing ${dryRun ? 'would change' : 'has changed'}.`);
  return 0;
}

async function remove(deps: Deps, guestId: number, { dryRun = false, json }: Options): Promise<0> {
  const guest = await OrderGuest.findByPk(guestId);
  const classDates = guest ? ((await findGuest(guest.orderId, guestId))?.classDates.length ?? 0) : 0;
  const changed = await removeGuest(dryRun ? onTrial(deps) : deps, { guestId }, THE_SYSTEM);
  const word = dryRun ? 'would be' : 'is';
  if (json) printJson({ guestId, changed, classDates });
  else if (changed) print(`Guest ${guestId} ${word} removed, and out of so many class dates: ${classDates}.`);
  else print(`Guest ${guestId} is so already; nothing ${dryRun ? 'would change' : 'has changed'}.`);
  return 0;
}

/** One guest an option; what is wrong among several is said of the one that it is wrong with. */
function collectGuests(text: string, former: readonly string[] = []): string[] {
  const { guests, errors } = parseGuests(text, '');
  if (errors.length > 0 || guests.length !== 1) {
    throw new InvalidArgumentError('It is an address such as name@example.org, or "Name <name@example.org>".');
  }
  return [...former, text];
}

function parseEmail(text: string): string {
  const email = text.trim();
  if (!isEmail(email)) throw new InvalidArgumentError('It is one address such as name@example.org.');
  return email;
}

function parseName(text: string): string {
  const name = text.trim();
  if (name.length > NAME_MAX || /\p{Cc}/u.test(name)) {
    throw new InvalidArgumentError(`It has at most ${NAME_MAX} characters, and none that cannot be seen.`);
  }
  return name;
}
