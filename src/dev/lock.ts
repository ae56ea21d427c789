import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Makes sure that only one launcher works in a folder.
 *
 * @returns a function that gives the folder free
 * @throws an Error naming the process that has it
 */
export function lockFolder(file: string, what: string): () => void {
  const holder = holderOf(file);
  if (holder !== undefined) {
    throw new Error(
      `${what} is already running in this folder (process ${holder}). Use that one, or stop it first: Ctrl-C where it runs, or kill ${holder}.`,
    );
  }
  rmSync(file, { force: true });
  writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
  return () => rmSync(file, { force: true });
}

function holderOf(file: string): number | undefined {
  const pid = Number(readIfThere(file));
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, as somebody else.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return undefined;
  }
  // After a crash and a reboot the number may be anybody's; where /proc exists the command line tells.
  const commandLine = readIfThere(`/proc/${pid}/cmdline`);
  return commandLine === '' || commandLine.includes('bootstrap.mjs') ? pid : undefined;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
