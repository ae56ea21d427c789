import type { Logger } from '../observability/logger';

export interface ProbeRequest {
  /** for the log */
  readonly operation: string;
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ProbeReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** what the sender's clock shows by its Date header, less ours; null when it sent none */
  readonly clockAheadMs: number | null;
}

/** No answer at all; the message says why in words for an admin. */
export class ProbeFailed extends Error {
  override readonly name = 'ProbeFailed';
}

/** An admin waits for it. */
const PROBE_TIMEOUT_MS = 8_000;

const NAME_NOT_FOUND = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL'];
const NO_WAY_THERE = ['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'];

/**
 * Asks once, follows nothing, and says in words why there was no answer.
 *
 * @throws ProbeFailed
 */
export async function probe(logger: Logger, { operation, url, ...rest }: ProbeRequest): Promise<ProbeReply> {
  const startedAt = Date.now();
  try {
    const response = await fetch(url, { ...rest, redirect: 'manual', signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    const text = await response.text();
    const middle = (startedAt + Date.now()) / 2;
    logger.info({ operation, status: response.status }, 'zoom answered a test');
    const sentAt = Date.parse(response.headers.get('date') ?? '');
    const clockAheadMs = Number.isNaN(sentAt) ? null : sentAt - middle;
    return { status: response.status, headers: response.headers, text, clockAheadMs };
  } catch (error) {
    const code = codeOf(error);
    logger.warn({ operation, code }, 'zoom gave a test no answer');
    throw new ProbeFailed(inWords(new URL(url).host, code));
  }
}

/** fetch wraps what went wrong; judged by its shape, for its errors may come of another realm than ours. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('name' in error && error.name === 'TimeoutError') return 'TimeoutError';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? codeOf(error.cause) : '';
}

function inWords(host: string, code: string): string {
  if (NAME_NOT_FOUND.includes(code)) {
    return `The name ${host} could not be found (DNS). Check its spelling and this server’s name servers.`;
  }
  if (code === 'ECONNREFUSED') return `${host} refused the connection. Check the address, its port and any firewall.`;
  if (code === 'TimeoutError' || /TIMEOUT|ETIMEDOUT/.test(code)) {
    return `${host} did not answer within ${PROBE_TIMEOUT_MS / 1000} seconds (time-out). Try again; if it stays so, check the firewall for outgoing connections.`;
  }
  if (NO_WAY_THERE.includes(code)) return `There is no way from this server to ${host}. Check its network.`;
  if (/CERT|SELF_SIGNED|TLS|SSL/.test(code)) {
    return `The certificate of ${host} is not one this server trusts. Check for a proxy in between.`;
  }
  return `${host} cut the connection before it answered. Try again in a minute.`;
}
