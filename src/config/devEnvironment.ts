import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { environmentSchema } from './schema';

const SETTINGS = Object.keys(environmentSchema.shape);

/** What the launcher of `npm start` and `npm test` takes from its own environment. */
export interface DevEnvironment {
  /** Settings of `schema.ts` that somebody gave, in the environment or else in `.env`; the rest is the launcher's to make. */
  readonly given: Readonly<Record<string, string>>;
  /** What a child process inherits: everything but our own settings, which are handed over explicitly. */
  readonly inherited: Readonly<NodeJS.ProcessEnv>;
  /** Folders in which programs are looked for; Debian keeps servers in sbin, which is not on everybody's PATH. */
  readonly programFolders: readonly string[];
  readonly cacheFolder: string;
}

export function readDevEnvironment(
  envFile: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): DevEnvironment {
  const fromFile = envFile && existsSync(envFile) ? parseEnv(readFileSync(envFile, 'utf8')) : {};
  const given = SETTINGS.flatMap((name) => {
    const value = settingOf(name, environment) ?? settingOf(name, fromFile);
    return value === undefined ? [] : [[name, value] as const];
  });
  const ours = new Set(SETTINGS.flatMap((name) => [name, `${name}_FILE`]));
  return {
    given: Object.fromEntries(given),
    inherited: Object.fromEntries(Object.entries(environment).filter(([name]) => !ours.has(name))),
    programFolders: [
      ...(environment['PATH'] ?? '').split(path.delimiter),
      '/usr/sbin',
      '/usr/local/sbin',
      '/usr/local/bin',
      '/opt/homebrew/bin',
    ].filter(Boolean),
    cacheFolder: path.join(environment['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'dreamcrowd-live'),
  };
}

function settingOf(name: string, environment: NodeJS.Dict<string>): string | undefined {
  if (environment[name]) return environment[name];
  const file = environment[`${name}_FILE`];
  return file ? readFileSync(file, 'utf8').trim() : undefined;
}
