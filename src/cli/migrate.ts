import type { Command } from 'commander';
import type { Config } from '../config/loadConfig';
import { loadConfigOrExit } from '../config/loadConfigOrExit';
import { listApplied, listPending, migrateDown, migrateUp } from '../db/migrate';
import { complain, EXIT_USAGE, explain, print, printJson } from './run';

interface Options {
  /** the name of the database that is to be emptied */
  readonly downAll?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .description('bring the database up to date; any number of processes may do this at once')
    .option(
      '--down-all <database>',
      'take every migration back instead, which deletes all data; names the database, so that it is the one you mean',
    )
    .option('--dry-run', 'say which migrations; change nothing')
    .option('--json', 'as JSON')
    .action(async (options: Options) => {
      const { database } = loadConfigOrExit();
      if (options.downAll !== undefined && options.downAll !== nameOf(database)) {
        complain(`DATABASE_URL leads to the database ${nameOf(database)}, not to ${options.downAll}.`);
        process.exitCode = EXIT_USAGE;
        return;
      }
      try {
        report(await migrate(database.url, options), options);
      } catch (error) {
        explain(error);
      }
    });
}

function nameOf({ url }: Config['database']): string {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

function migrate(url: string, { downAll, dryRun }: Options): Promise<string[]> {
  if (dryRun) return downAll === undefined ? listPending(url) : listApplied(url);
  return downAll === undefined ? migrateUp(url) : migrateDown(url);
}

function report(names: readonly string[], { downAll, dryRun = false, json }: Options): void {
  if (json) return printJson({ migrations: names, takenBack: downAll !== undefined, dryRun });
  const done = downAll === undefined ? 'applied' : 'taken back';
  for (const name of names) print(`${dryRun ? 'would be ' : ''}${done}: ${name}`);
  if (names.length === 0) print('Nothing to do: the database is up to date.');
}
