import { randomBytes } from 'node:crypto';
import type { Finding } from '../domain/zoomVerdicts';
import type { Logger } from '../observability/logger';
import { parseJson } from './http';
import { authorizeUrl, createPkce, type ZoomApp } from './oauth';
import { oauthCodeOf, oauthCodeInWords } from './oauthCodes';
import { probe, ProbeFailed, type ProbeReply } from './probe';

const SECOND_MS = 1_000;
/** Well within what the time of a webhook may be off: see ZOOM_WEBHOOK_WINDOW_SECONDS. */
const CLOCK_SKEW_MS = 60 * SECOND_MS;
const MOST_HOPS = 3;
/** A client that Zoom knows, with a refresh token that it does not; older replies say it in the other ways. */
const DEAD_GRANT = /"(invalid_grant|invalid_token)"|Invalid Token!/;

/** From 4733 on, Zoom speaks of codes and tokens, which it looks at only after the client. */
const FIRST_CODE_OF_GRANTS = 4733;
const APP_DISABLED_BY_ADMIN = 4738;

type Judged = Omit<Finding, 'subject'>;

/**
 * Whether Zoom knows the client id and secret: asked with a made-up refresh token, which changes nothing, and whose
 * refusal tells what Zoom thinks of the client.
 */
export async function probeCredentials(logger: Logger, app: ZoomApp): Promise<Finding[]> {
  try {
    const basic = Buffer.from(`${app.clientId}:${app.clientSecret}`).toString('base64');
    const reply = await probe(logger, {
      operation: 'testCredentials',
      method: 'POST',
      url: `${app.oauthUrl}/oauth/token`,
      headers: {
        authorization: `Basic ${basic}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: `test-${randomBytes(24).toString('hex')}`,
      }).toString(),
    });
    return [
      { subject: 'credentials', ...judgeCredentials(reply) },
      { subject: 'clock', ...judgeClock(reply) },
    ];
  } catch (error) {
    if (!(error instanceof ProbeFailed)) throw error;
    return [{ subject: 'credentials', verdict: 'unknown', why: error.message }];
  }
}

function judgeCredentials({ status, text }: ProbeReply): Judged {
  const code = oauthCodeOf(text);
  const aboutTheClient = code !== null && (code < FIRST_CODE_OF_GRANTS || code === APP_DISABLED_BY_ADMIN);
  if (aboutTheClient) return { verdict: 'failed', why: oauthCodeInWords(code) };
  if (DEAD_GRANT.test(text)) return { verdict: 'passed', why: 'Zoom knows this client id and secret.' };
  if (/"invalid_client"|client_id|client_secret/.test(text)) {
    return { verdict: 'failed', why: oauthCodeInWords(4702) };
  }
  return { verdict: 'unknown', why: undecided(status) };
}

function judgeClock({ clockAheadMs }: ProbeReply): Judged {
  if (clockAheadMs === null) return { verdict: 'unknown', why: 'Zoom’s answer did not say what time it is there.' };
  const seconds = Math.round(Math.abs(clockAheadMs) / SECOND_MS);
  if (Math.abs(clockAheadMs) <= CLOCK_SKEW_MS) {
    return { verdict: 'passed', why: 'This server’s clock and Zoom’s agree within a minute.' };
  }
  const direction = clockAheadMs > 0 ? 'behind' : 'ahead of';
  return {
    verdict: 'failed',
    why: `This server’s clock is ${seconds} seconds ${direction} Zoom’s. Set it right (NTP): webhooks of another time are refused.`,
  };
}

/** Whether Zoom would send a teacher back to this address: asks for the page that a teacher sees, and sends nothing. */
export async function probeRedirect(logger: Logger, app: ZoomApp): Promise<Finding> {
  try {
    return { subject: 'redirect', ...(await judgeRedirect(logger, app)) };
  } catch (error) {
    if (!(error instanceof ProbeFailed)) throw error;
    return { subject: 'redirect', verdict: 'unknown', why: error.message };
  }
}

async function judgeRedirect(logger: Logger, app: ZoomApp): Promise<Judged> {
  const { challenge } = createPkce();
  let url = authorizeUrl(app, { state: randomBytes(16).toString('hex'), challenge });
  for (let hop = 0; ; hop += 1) {
    const reply = await probe(logger, { operation: 'testRedirect', url, headers: { accept: 'text/html' } });
    const location = reply.headers.get('location');
    if (location === null || !URL.canParse(location, url)) return judgePage(reply);
    const next = new URL(location, url);
    if (next.href.startsWith(`${app.redirectUri}?`)) return TAKEN;
    if (hop === MOST_HOPS || next.origin !== new URL(app.oauthUrl).origin || /sign[-_]?in|login/i.test(next.pathname)) {
      return SIGN_IN_FIRST;
    }
    url = next.href;
  }
}

const TAKEN: Judged = { verdict: 'passed', why: 'Zoom takes this redirect address for this client id.' };

const SIGN_IN_FIRST: Judged = {
  verdict: 'unknown',
  why: 'Zoom wants somebody to sign in before it looks at the address. It is proven as soon as the first teacher connects.',
};

function judgePage({ status, text }: ProbeReply): Judged {
  const code = oauthCodeOf(text);
  if (code === 4700 || code === 4709 || (status >= 400 && status < 500 && /redirect/i.test(text))) {
    return { verdict: 'failed', why: `${oauthCodeInWords(4709)} (Zoom’s code: ${code ?? 'none'}.)` };
  }
  if (code !== null) return { verdict: 'unknown', why: `Zoom did not come to the address. ${oauthCodeInWords(code)}` };
  return status < 400 ? TAKEN : { verdict: 'unknown', why: undecided(status) };
}

/** Whether Zoom's API is at that address: without a token it refuses, in its own way. */
export async function probeApi(logger: Logger, baseUrl: string): Promise<Finding> {
  try {
    const reply = await probe(logger, { operation: 'testApi', url: `${baseUrl}/users/me` });
    if (typeof parseJson(reply.text) === 'object' && reply.status < 500) {
      return { subject: 'api', verdict: 'passed', why: 'Zoom’s API answers at this address.' };
    }
    const why = `Something answers at this address (status ${reply.status}), but not as Zoom’s API does. Zoom’s own is https://api.zoom.us/v2.`;
    return { subject: 'api', verdict: reply.status < 500 ? 'failed' : 'unknown', why };
  } catch (error) {
    if (!(error instanceof ProbeFailed)) throw error;
    return { subject: 'api', verdict: 'failed', why: error.message };
  }
}

function undecided(status: number): string {
  if (status === 429) return 'Zoom asks to wait. Test again in a minute.';
  return `Zoom answered in a way that decides nothing (status ${status}). Test again in a minute.`;
}
