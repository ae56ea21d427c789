import { createHmac } from 'node:crypto';

/** `v0=` and the HMAC of `v0:{timestamp}:{body}`, the timestamp in epoch seconds. */
export function signWebhook(secret: string, timestamp: string, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`, 'utf8').digest('hex')}`;
}

/**
 * JSON as Zoom's servers write it: slashes escaped, and non-ASCII sometimes as it is and sometimes escaped.
 * Whoever parses and stringifies it again gets other bytes, and so another HMAC.
 */
export function serialiseEvent(event: unknown, escapeNonAscii: boolean): string {
  const json = JSON.stringify(event).replaceAll('/', '\\/');
  if (!escapeNonAscii) return json;
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
