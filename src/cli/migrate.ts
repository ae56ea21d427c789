import type { Command } from 'commander';
import { loadConfigOrExit } from '../config/loadConfigOrExit';
import { migrateDown, migrateUp } from '../db/migrate';
import { explain, print } from './run';

export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .description('bring the database up to date; any number of processes may do this at once')
    .option('--down-all', 'take every migration back instead (this deletes all data)')
    .action(async ({ downAll }: { downAll?: boolean }) => {
      const { database } = loadConfigOrExit();
      try {
        const names = downAll ? await migrateDown(database.url) : await migrateUp(database.url);
        for (const name of names) print(`${downAll ? 'took back' : 'applied'} ${name}`);
        if (names.length === 0) print('nothing to do: the database is up to date');
      } catch (error) {
        explain(error);
      }
    });
}
