import { createHmac, timingSafeEqual, type Hmac } from 'node:crypto';

const SIGNATURE = /^v0=([0-9a-f]{64})$/;
const TIMESTAMP = /^\d{1,12}$/;

export interface SignedRequest {
  readonly signature: string;
  /** epoch seconds, as the header has it */
  readonly timestamp: string;
  /** the bytes as they came: parsing and writing them again changes escapes, and so the HMAC */
  readonly body: Buffer;
}

/** How far a timestamp may be from our clock. */
export interface Window {
  readonly now: Date;
  readonly seconds: number;
}

/**
 * The secret that a request was signed with, or null. Zoom signs `v0:{timestamp}:{body}` with HMAC-SHA-256.
 *
 * @see https://developers.zoom.us/docs/api/webhooks/#verify-with-zooms-header
 */
export function findSigningSecret(
  { signature, timestamp, body }: SignedRequest,
  secrets: readonly string[],
  window: Window,
): string | null {
  const given = SIGNATURE.exec(signature)?.[1];
  if (!given || !isFresh(timestamp, window)) return null;
  const expected = Buffer.from(given, 'hex');
  // All secrets are tried, so that the time taken does not tell which one fitted.
  const fitting = secrets.filter((secret) => {
    if (secret === '') return false;
    const actual = hmacOf({ timestamp, body }, secret).digest();
    return timingSafeEqual(actual, expected);
  });
  return fitting[0] ?? null;
}

/** Whether there may be a secret that a request is rightly signed with; otherwise none need be looked for. */
export function mayBeRight(request: SignedRequest, window: Window): boolean {
  return looksSigned(request) && isFresh(request.timestamp, window);
}

/** Why a request was refused, as far as it tells. */
export type Refusal = 'not_signed' | 'wrong_time' | 'wrong_signature';

/** A right signature of another time is most likely Zoom's, and one of the two clocks is wrong. */
export function whyRefused(request: SignedRequest | null, secrets: readonly string[]): Refusal {
  if (request === null || !looksSigned(request)) return 'not_signed';
  const then = { now: new Date(Number(request.timestamp) * 1000), seconds: 0 };
  return findSigningSecret(request, secrets, then) === null ? 'wrong_signature' : 'wrong_time';
}

/** Whether a refused request has a signature as Zoom makes them: a stranger who tries the address has none. */
function looksSigned({ signature, timestamp }: Pick<SignedRequest, 'signature' | 'timestamp'>): boolean {
  return SIGNATURE.test(signature) && TIMESTAMP.test(timestamp);
}

/**
 * Without a colon a plain token cannot be `v0:{timestamp}:{body}`. The answer to a validation is made with the same
 * secret and HMAC as signatures are, so without this check it would sign forged events.
 */
const PLAIN_TOKEN = /^[A-Za-z0-9_-]{8,128}$/;

/** Zoom's check that the endpoint is ours; null when the token is not one that Zoom would send. */
export function answerUrlValidation(
  plainToken: unknown,
  secret: string,
): { plainToken: string; encryptedToken: string } | null {
  if (typeof plainToken !== 'string' || !PLAIN_TOKEN.test(plainToken)) return null;
  return { plainToken, encryptedToken: createHmac('sha256', secret).update(plainToken).digest('hex') };
}

/** As Zoom signs, for trying ourselves out. */
export function signWebhook(request: Omit<SignedRequest, 'signature'>, secret: string): string {
  return `v0=${hmacOf(request, secret).digest('hex')}`;
}

function hmacOf({ timestamp, body }: Omit<SignedRequest, 'signature'>, secret: string): Hmac {
  return createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body);
}

function isFresh(timestamp: string, { now, seconds }: Window): boolean {
  if (!TIMESTAMP.test(timestamp)) return false;
  return Math.abs(now.getTime() / 1000 - Number(timestamp)) <= seconds;
}
