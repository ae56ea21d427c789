import { runProgram } from '../../../src/cli/program';

/*
 * Runs many commands one after the other in one process, because starting each anew takes seconds: the first argument is
 * a JSON list of their arguments; what became of them is printed as one JSON list.
 */

interface Ran {
  readonly code: number | string | undefined;
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[]): Promise<Ran> {
  const real = { out: process.stdout.write.bind(process.stdout), err: process.stderr.write.bind(process.stderr) };
  const said = { out: '', err: '' };
  const record = (where: 'out' | 'err') => (text: string | Uint8Array) => {
    said[where] += text.toString();
    return true;
  };
  process.exitCode = undefined;
  process.stdout.write = record('out');
  process.stderr.write = record('err');
  try {
    await runProgram(args);
  } finally {
    process.stdout.write = real.out;
    process.stderr.write = real.err;
  }
  return { code: process.exitCode ?? 0, ...said };
}

async function main(): Promise<void> {
  const ran: Ran[] = [];
  for (const args of JSON.parse(process.argv[2] ?? '[]') as string[][]) ran.push(await run(args));
  process.exitCode = 0;
  process.stdout.write(JSON.stringify(ran));
}

void main();
