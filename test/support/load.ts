import { Agent, request } from 'node:http';
import { percentile } from './report';

export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** what a good answer has */
  readonly status: number | readonly number[];
}

export interface LoadResult {
  readonly perSecond: number;
  /** ms */
  readonly p99: number;
  /** ms for each of the calls, in their order */
  readonly took: readonly number[];
}

const CONNECTIONS = 50;

/** Makes the calls over connections that stay open, each connection one after the other. */
export async function load(port: number, calls: readonly Call[], connections = CONNECTIONS): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const took: number[] = [];
  let next = 0;
  const startedAt = performance.now();
  const worker = async (): Promise<void> => {
    for (let index = next++; index < calls.length; index = next++) {
      const call = calls[index];
      const at = performance.now();
      if (call) await make(port, agent, call);
      took[index] = performance.now() - at;
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  return { perSecond: calls.length / seconds, p99: percentile(took, 0.99), took };
}

/** Several loads of the same kind, as if they had been one. */
export function together(loads: readonly LoadResult[]): LoadResult {
  const took = loads.flatMap((load) => load.took);
  const seconds = loads.reduce((sum, { took: { length }, perSecond }) => sum + length / perSecond, 0);
  return { perSecond: took.length / seconds, p99: percentile(took, 0.99), took };
}

function make(port: number, agent: Agent, { method, path, headers, body, status }: Call): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, agent, method, path, headers: { ...headers } }, (answer) => {
      answer.resume();
      answer.once('error', reject);
      answer.once('end', () => {
        if ([status].flat().includes(answer.statusCode ?? 0)) resolve();
        else
          reject(
            new Error(`${method} at port ${port} answered ${answer.statusCode}, not ${[status].flat().join(' or ')}.`),
          );
      });
    });
    call.once('error', reject);
    call.end(body);
  });
}
