import { Command, CommanderError } from 'commander';
import { addApiKeys } from './apiKeys';
import { addAudit } from './audit';
import { addChecks } from './checks';
import { addClasses } from './classes';
import { addCleanup } from './cleanup';
import { addClassDates } from './classDates';
import { addClassTimes } from './classTimes';
import { addConnections } from './connections';
import { addGenerateMeetings } from './generateMeetings';
import { addGuestCommands } from './guests';
import { addKeys } from './keys';
import { addMails } from './mails';
import { addMailTest } from './mailTest';
import { addMigrate } from './migrate';
import { addOrders } from './orders';
import { addPasses } from './passes';
import { addPushEndpoints } from './pushEndpoints';
import { addRefusedEdits } from './refusedEdits';
import { addRefreshTokens } from './refreshTokens';
import { addRestored } from './restored';
import { addSchedules } from './schedules';
import { addStatus } from './status';
import { addSweep } from './sweep';
import { addUsers } from './users';
import { addWebhooks } from './webhooks';
import { complain, EXIT_USAGE } from './run';

/** Every command, in the order in which the help shows them. */
const COMMANDS = [
  addMigrate,
  addConnections,
  addRefreshTokens,
  addGenerateMeetings,
  addSweep,
  addClassDates,
  addOrders,
  addGuestCommands,
  addRefusedEdits,
  addApiKeys,
  addPushEndpoints,
  addClassTimes,
  addKeys,
  addAudit,
  addWebhooks,
  addChecks,
  addStatus,
  addPasses,
  addClasses,
  addMails,
  addMailTest,
  addUsers,
  addCleanup,
  addRestored,
  addSchedules,
];

/**
 * Runs one command with these arguments, and leaves its exit code with the process: 0 done, 1 not all of it, 64 wrong
 * usage, 69 something we need does not answer, 78 wrong settings.
 */
export async function runProgram(args: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync([...args], { from: 'user' });
  } catch (error) {
    // Commander has said by then what is wrong with the arguments.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
    else {
      complain(error instanceof Error ? error.message : String(error));
      process.exitCode = 1;
    }
  }
}

function createProgram(): Command {
  const program = new Command('dreamcrowd-live')
    .description('Commands for operators of DreamCrowd Live.')
    .exitOverride();
  for (const add of COMMANDS) add(program);
  inherit(program);
  return program;
}

/** Subcommands end in the same way. */
function inherit(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent);
    inherit(command);
  }
}
