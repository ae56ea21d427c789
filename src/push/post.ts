import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import type { PushFailure, PushOutcome } from '../domain/pushes';
import { guardedLookup, hostOf, mayBeCalled, PrivateAddressError, type Reach } from './addresses';
import { retryAfterMs } from './retryAfter';

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface How extends Reach {
  readonly timeoutMs?: number;
  /** how names are resolved */
  readonly lookup?: ReturnType<typeof guardedLookup>;
}

/** From the look-up of the name to the answer's status. */
const TIMEOUT_MS = 15_000;
/** Only the head of an answer counts; of the rest so much is taken in, so that the receiver can end in peace. */
const ANSWER_MAX_BYTES = 64 * 1024;

const GONE = 410;
/** Too many calls, and not at work: their Retry-After counts. */
const COME_BACK_LATER = [429, 503];

/**
 * Sends one request over a connection of its own. No redirect is followed. Never throws: what came of it is the answer,
 * and says nothing of what the receiver wrote, but for when it wants to be called again.
 */
export function post({ url, headers, body }: Post, how: How): Promise<PushOutcome> {
  const target = new URL(url);
  const host = hostOf(target);
  // A connection to a bare address looks nothing up.
  if (isIP(host) !== 0 && !mayBeCalled(host, how)) return Promise.resolve(failed('private_address'));
  if (target.protocol !== 'https:' && !how.loopbackToo) return Promise.resolve(failed('not_https'));
  const { request: open } = target.protocol === 'https:' ? https : http;
  return new Promise((resolve) => {
    const request = open(target, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      agent: false,
      lookup: how.lookup ?? guardedLookup(how),
      signal: AbortSignal.timeout(how.timeoutMs ?? TIMEOUT_MS),
    });
    request.on('response', (answer) => {
      resolve(judge(answer));
      letEnd(answer);
    });
    request.on('error', (error) => resolve(failed(failureOf(error))));
    // 101: it would speak something else now. Without a listener Node ends the connection and says nothing but 'close'.
    request.on('upgrade', (answer, socket) => {
      socket.destroy();
      resolve(judge(answer));
    });
    // However it ended, the answer is due now; what has been said before counts.
    request.on('close', () => resolve(failed('no_connection')));
    request.end(body);
  });
}

function judge({ statusCode: status = 0, headers }: http.IncomingMessage): PushOutcome {
  if (status >= 200 && status < 300) return { ok: true, status };
  if (status === GONE) return { ok: false, status, failure: 'gone' };
  if (status >= 300 && status < 400) return { ok: false, status, failure: 'redirect' };
  const asked = COME_BACK_LATER.includes(status) ? retryAfterMs(headers['retry-after'], new Date()) : undefined;
  return { ok: false, status, failure: 'status', ...(asked === undefined ? {} : { retryAfterMs: asked }) };
}

function letEnd(answer: http.IncomingMessage): void {
  let bytes = 0;
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ANSWER_MAX_BYTES) answer.destroy();
  });
  // The status has been taken by then.
  answer.on('error', () => undefined);
}

function failed(failure: PushFailure): PushOutcome {
  return { ok: false, status: null, failure };
}

const NO_ADDRESS = ['ENOTFOUND', 'EAI_AGAIN', 'ENODATA', 'EAI_FAIL'];
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO/;

function failureOf(error: Error): PushFailure {
  if (error instanceof PrivateAddressError) return 'private_address';
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'timeout';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (NO_ADDRESS.includes(code)) return 'no_address';
  return CERTIFICATE.test(code) ? 'bad_certificate' : 'no_connection';
}
