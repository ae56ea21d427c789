import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { z } from 'zod';

const LOOPBACK = '127.0.0.1';
const TRIES_UPWARDS = 30;
const remembered = z.record(z.string(), z.number().int());

/**
 * One port a name: the one of last time, so that links stay the same, else the preferred one, else the next free one above.
 * The choice is kept in `file`.
 */
export async function choosePorts<Name extends string>(
  file: string,
  preferred: Readonly<Record<Name, number>>,
  demanded: Partial<Record<Name, number>> = {},
): Promise<Record<Name, number>> {
  const known = existsSync(file) ? remembered.catch({}).parse(JSON.parse(readFileSync(file, 'utf8'))) : {};
  const chosen: Record<Name, number> = { ...preferred };
  const taken = new Set<number>();
  for (const name in preferred) {
    chosen[name] = await freePortFrom(demanded[name] ?? known[name] ?? preferred[name], taken);
    taken.add(chosen[name]);
  }
  writeFileSync(file, `${JSON.stringify(chosen, null, 2)}\n`);
  return chosen;
}

/** The given port if it is free, else the next one above that is. */
export async function freePortFrom(wanted: number, reserved: ReadonlySet<number> = new Set()): Promise<number> {
  for (let port = wanted; port < Math.min(wanted + TRIES_UPWARDS, 65_536); port += 1) {
    if (!reserved.has(port) && (await isFree(port))) return port;
  }
  return listenOnce(0);
}

/** Both questions are asked: macOS lets one listen on an address of a port that somebody else has on all addresses. */
async function isFree(port: number): Promise<boolean> {
  if (await accepts(port)) return false;
  return listenOnce(port).then(
    () => true,
    () => false,
  );
}

/** Whether something on this machine takes connections on the port. */
function accepts(port: number, host: string = LOOPBACK): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 1_000 });
    const answer = (accepted: boolean): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
  });
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === 'object' ? address.port : port));
    });
  });
}
