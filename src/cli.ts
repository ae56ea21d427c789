import { Command } from 'commander';
import { addAudit } from './cli/audit';
import { addClassTimes } from './cli/classTimes';
import { addConnections } from './cli/connections';
import { addGenerateMeetings } from './cli/generateMeetings';
import { addKeys } from './cli/keys';
import { addMails } from './cli/mails';
import { addMigrate } from './cli/migrate';
import { addRefreshTokens } from './cli/refreshTokens';
import { complain, EXIT_USAGE } from './cli/run';
import { addSweep } from './cli/sweep';
import { addWebhooks } from './cli/webhooks';

const program = new Command('dreamcrowd-live')
  .description('Commands for operators of DreamCrowd Live.')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_USAGE));

addMigrate(program);
addConnections(program);
addRefreshTokens(program);
addGenerateMeetings(program);
addSweep(program);
addKeys(program);
addAudit(program);
addMails(program);
addClassTimes(program);
addWebhooks(program);
inherit(program);

/** Subcommands end with the same exit codes. */
function inherit(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent);
    inherit(command);
  }
}

program.parseAsync().catch((error: unknown) => {
  complain(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
