import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { paths } from '../../src/routes/paths';

/** The secret of the tests' Zoom app. */
export const WEBHOOK_SECRET = 'test-webhook-secret';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Headers as name and value, so that one may be there twice. */
export type Headers = readonly (readonly [string, string])[];

export function nowSeconds(): string {
  return String(Math.floor(Date.now() / 1000));
}

export function sign(body: string | Buffer, timestamp: string, secret = WEBHOOK_SECRET): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`;
}

export function signed(body: string | Buffer, { timestamp = nowSeconds(), secret = WEBHOOK_SECRET } = {}): Headers {
  return [
    ['x-zm-request-timestamp', timestamp],
    ['x-zm-signature', sign(body, timestamp, secret)],
  ];
}

export function sendWebhook(
  port: number,
  body: string | Buffer,
  headers: Headers = signed(body),
  method = 'POST',
): Promise<Answer> {
  const length = String(Buffer.byteLength(body));
  const all: Headers = [
    ['Host', '127.0.0.1'],
    ['Content-Type', 'application/json'],
    ['Content-Length', length],
    ...headers,
  ];
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: paths.webhook, method, headers: all.flat() };
    const sending = httpRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, body: text.startsWith('{') ? JSON.parse(text) : text });
      });
      response.on('error', reject);
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

export function eventText(
  event = 'meeting.sharing_started',
  object: Record<string, unknown> = { id: '86431910364' },
): string {
  return JSON.stringify({ event, event_ts: Date.now(), payload: { account_id: 'PX5yQ', object } });
}
