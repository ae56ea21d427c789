import { spawn } from 'node:child_process';
import path from 'node:path';
import { readDevEnvironment } from '../../src/config/devEnvironment';

const PROJECT = path.join(__dirname, '../..');
const FIXTURE = path.join(PROJECT, 'test/src/cli/cliFixture.ts');

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface How {
  readonly settings: Readonly<Record<string, string>>;
  /** what is piped in */
  readonly input?: string;
}

/** A command as an operator runs it. */
export function runCli(args: readonly string[], how: How): Promise<Ran> {
  return runScript(path.join(PROJECT, 'src/cli.ts'), args, how);
}

/** Many commands one after the other, in one process of their own. */
export async function runCommands(commands: readonly (readonly string[])[], how: How): Promise<Ran[]> {
  const { code, out, err } = await runScript(FIXTURE, [JSON.stringify(commands)], how);
  if (code !== 0) throw new Error(`The commands ended with ${code}: ${err}`);
  return JSON.parse(out) as Ran[];
}

async function runScript(script: string, args: readonly string[], { settings, input }: How): Promise<Ran> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    env: { ...readDevEnvironment(undefined).inherited, ...settings },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  child.stdin.end(input ?? '');
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}
