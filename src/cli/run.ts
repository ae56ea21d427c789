import { ConnectionError } from 'sequelize';
import { loadConfigOrExit } from '../config/loadConfigOrExit';
import { closeDeps, createDeps, type Deps } from '../deps';
import { isTemporalSilent } from '../temporal/isTemporalSilent';

/** Of sysexits.h: wrong usage; something we need does not answer. */
export const EXIT_USAGE = 64;
const EXIT_UNAVAILABLE = 69;

/**
 * Runs a command with everything it works with, and lets go of it afterwards.
 *
 * @param act returns the exit code: 0 when all of it was done, 1 when something was not
 */
export async function runCommand(act: (deps: Deps) => Promise<0 | 1>): Promise<void> {
  const deps = createDeps(loadConfigOrExit());
  try {
    process.exitCode = await act(deps);
  } catch (error) {
    const silent = silentPart(error);
    if (silent === null) throw error;
    complain(silent);
    process.exitCode = EXIT_UNAVAILABLE;
  } finally {
    await closeDeps(deps);
  }
}

/** What does not answer, in words; null when it is something else. */
function silentPart(error: unknown): string | null {
  if (error instanceof ConnectionError)
    return 'The database does not answer. Is it running, and is DATABASE_URL right?';
  if (isTemporalSilent(error)) return 'Temporal does not answer. Is it running, and is TEMPORAL_ADDRESS right?';
  return null;
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
