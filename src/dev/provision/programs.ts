import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { DevEnvironment } from '../../config/devEnvironment';

/** Long enough for a program on a cold disk to say its version. */
const ASK_TIMEOUT_MS = 20_000;

/** The first of the names that is a program on PATH or in the usual folders for servers. */
export function findProgram(environment: DevEnvironment, names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = environment.programFolders.map((folder) => path.join(folder, name)).find(isProgram);
    if (found) return found;
  }
  return undefined;
}

/** @throws an Error naming what is not on PATH */
export function requireProgram(environment: DevEnvironment, names: readonly string[]): string {
  const found = findProgram(environment, names);
  if (!found) throw new Error(`${names.join(' or ')} is not on PATH`);
  return found;
}

export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Runs a program that answers at once, such as `--version`. */
export async function ask(program: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, args, { timeout: ASK_TIMEOUT_MS });
  return `${stdout}${stderr}`.trim();
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
