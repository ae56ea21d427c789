import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');

let files: readonly string[] | undefined;

/** Every file of the project, relative to its root: those committed, and those that would be. */
export function projectFiles(): readonly string[] {
  files ??= listFiles();
  return files;
}

export function readProjectFile(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

/** A file, or a folder that holds one; an empty folder is none to git. */
export function existsInProject(name: string): boolean {
  const folder = `${name.replace(/\/$/, '')}/`;
  return projectFiles().some((file) => file === name || file.startsWith(folder));
}

function listFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT });
  return listed
    .toString('utf8')
    .split('\0')
    .filter((file) => file !== '' && existsSync(path.join(ROOT, file)));
}
