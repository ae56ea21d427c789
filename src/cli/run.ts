import { ConnectionError, DatabaseError } from 'sequelize';
import { loadConfigOrExit } from '../config/loadConfigOrExit';
import { closeDeps, createDeps, type Deps } from '../deps';
import { FieldErrors } from '../errors';
import { createLogger } from '../observability/logger';
import { isTemporalSilent } from '../temporal/isTemporalSilent';

/** Of sysexits.h: wrong usage; something we need does not answer. */
export const EXIT_USAGE = 64;
const EXIT_UNAVAILABLE = 69;

/** The server's numbers for a table and a column that are not there. */
const NOT_MIGRATED = [1146, 1054];

/**
 * Runs a command with everything it works with, and lets go of it afterwards. What is logged meanwhile goes where
 * trouble goes: on stdout is the result alone, for programs to read.
 *
 * @param act returns the exit code: 0 when all of it was done, 1 when something was not
 */
export async function runCommand(act: (deps: Deps) => Promise<0 | 1>): Promise<void> {
  const config = loadConfigOrExit();
  const deps = createDeps(config, createLogger(config.logLevel, process.stderr));
  try {
    process.exitCode = await act(deps);
  } catch (error) {
    explain(error);
  } finally {
    await closeDeps(deps);
  }
}

/** Says in a sentence what kept a command from its work, where that is known. */
export function explain(error: unknown): void {
  if (error instanceof FieldErrors) {
    for (const { message } of error.fields) complain(message);
    process.exitCode = EXIT_USAGE;
    return;
  }
  const why = unavailable(error);
  if (why === null) throw error;
  complain(why);
  process.exitCode = EXIT_UNAVAILABLE;
}

function unavailable(error: unknown): string | null {
  if (error instanceof ConnectionError || isConnectionCode(error)) {
    return 'The database does not answer. Is it running, and is DATABASE_URL right?';
  }
  if (error instanceof DatabaseError && NOT_MIGRATED.includes(errnoOf(error.parent))) {
    return 'The database is not up to date. Run the command migrate first.';
  }
  if (isTemporalSilent(error)) return 'Temporal does not answer. Is it running, and is TEMPORAL_ADDRESS right?';
  return null;
}

/** mysql2's own errors, of connections that are not Sequelize's. */
function isConnectionCode(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('fatal' in error)) return false;
  return typeof error.code === 'string' && error.fatal === true;
}

function errnoOf(error: object): number {
  return 'errno' in error && typeof error.errno === 'number' ? error.errno : 0;
}

/** Results go to stdout … */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** Columns as wide as their widest cell. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  for (const row of all)
    print(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

/** … and trouble to stderr. */
export function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}
