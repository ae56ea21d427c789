import type { Deps } from '../deps';
import { paths } from '../routes/paths';
import { probe, ProbeFailed, type ProbeReply } from '../zoom/probe';
import { check, type Check } from './check';

const LOCAL = /^(localhost|127\.|\[::1\]|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/;
const TUNNEL =
  'To try webhooks on a laptop, use a tunnel (ngrok http 3000, cloudflared tunnel) and set APP_URL to its address.';

/** Asked by its public name, as people and Zoom do; of another machine's network it says nothing. */
export async function checkPublicAddress(deps: Deps): Promise<Check[]> {
  const { appUrl } = deps.config;
  const isPublic = appUrl.startsWith('https://') && !LOCAL.test(new URL(appUrl).hostname);
  const address = check('address', 'Public address', {
    verdict: isPublic ? 'passed' : 'warning',
    why: isPublic ? `APP_URL is ${appUrl}.` : `APP_URL is ${appUrl}: neither people nor Zoom reach it from outside.`,
    remedy: `Set APP_URL to the https address people reach this at. ${TUNNEL}`,
  });
  return [address, await checkReach(deps), await checkWebhookAddress(deps)];
}

async function checkReach({ config, logger }: Deps): Promise<Check> {
  const remedy =
    'Is the web process running, does the proxy lead to it, and is its certificate one that browsers trust?';
  const reply = await ask(() => probe(logger, { operation: 'checkAddress', url: `${config.appUrl}${paths.healthz}` }));
  if (typeof reply === 'string') return check('reach', 'Reaching it', { verdict: 'failed', why: reply, remedy });
  const isOurs = reply.status === 200 && reply.text.includes('"ok"');
  return check('reach', 'Reaching it', {
    verdict: isOurs ? 'passed' : 'failed',
    why: isOurs ? 'The site answers at that address.' : `Something else answers there (status ${reply.status}).`,
    remedy,
  });
}

/** What has no signature must be refused by us; anything else is not our receiver. */
async function checkWebhookAddress({ config, logger }: Deps): Promise<Check> {
  const title = 'Webhook address';
  const remedy = 'Zoom must reach {APP_URL}/api/zoom/webhook by POST, without a login of the proxy in between.';
  const url = `${config.appUrl}${paths.webhook}`;
  const headers = { 'content-type': 'application/json' };
  const reply = await ask(() =>
    probe(logger, { operation: 'checkWebhook', method: 'POST', url, headers, body: '{"event":"test"}' }),
  );
  if (typeof reply === 'string') return check('webhook address', title, { verdict: 'failed', why: reply, remedy });
  const isOurs = reply.status === 401 && reply.text.includes('Invalid signature');
  return check('webhook address', title, {
    verdict: isOurs ? 'passed' : 'failed',
    why: isOurs
      ? 'It answers, and refuses what Zoom has not signed.'
      : `It answers ${reply.status}, not as our receiver does.`,
    remedy,
  });
}

/** @returns the reply, or in words why there was none */
async function ask(act: () => Promise<ProbeReply>): Promise<ProbeReply | string> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ProbeFailed) return error.message;
    throw error;
  }
}
