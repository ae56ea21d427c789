import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** The first line of what is piped in, or typed. */
export async function readLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin, terminal: false });
  try {
    for await (const line of lines) return line.trim();
    return '';
  } finally {
    lines.close();
  }
}

/** A password from a prompt that does not show it, or piped in; never an argument, which other users of a machine see. */
export async function readPassword(question: string): Promise<string> {
  if (!process.stdin.isTTY) return readLine();
  process.stderr.write(`${question}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await new Promise<string>((resolve) => prompt.question('', resolve));
  } finally {
    prompt.close();
    process.stderr.write('\n');
  }
}
