import type { Deps } from '../deps';
import type { Finding, FindingSubject, Verdict } from '../domain/zoomVerdicts';
import { findApiUrl } from '../queries/findZoomSettings';
import { findWebhookHealth } from '../queries/findWebhookHealth';
import { findZoomVerdicts, savedApp } from '../queries/findZoomVerdicts';
import { readZoomSettings } from '../queries/readZoomSettings';
import { loopbackMismatch } from '../zoom/loopbackMismatch';
import { probeApi, probeCredentials, probeRedirect } from '../zoom/probeApp';
import { check, type Check, type CheckVerdict } from './check';

const TITLES: Readonly<Record<FindingSubject, string>> = {
  credentials: 'Zoom app: id and secret',
  redirect: 'Zoom app: redirect address',
  scopes: 'Zoom app: scopes',
  webhook: 'Zoom’s webhooks',
  api: 'Zoom’s API',
  clock: 'Clock beside Zoom’s',
};

const REMEDIES: Readonly<Record<FindingSubject, string>> = {
  credentials: 'Copy client id and secret again from the Zoom app to /admin/zoom/settings.',
  redirect:
    'In the Zoom app enter {APP_URL}/teacher/zoom/callback exactly so, as redirect address and in the allow list (Zoom’s error 4700 is a mismatch). On a laptop use 127.0.0.1 in both places, not localhost in one.',
  scopes: 'Add the scopes that /admin/zoom/settings lists to the Zoom app; then teachers connect again.',
  webhook:
    'In the Zoom app look whether the event subscription is on, with the address and the events that /admin/zoom/settings lists; copy “Secret Token” there, and press “Validate” at Zoom.',
  api: 'Check the API address at /admin/zoom/settings, and that this machine may reach it.',
  clock: 'Set the clock by NTP (timedatectl set-ntp true): Zoom’s webhooks of another time are refused.',
};

const VERDICTS: Readonly<Record<Verdict, CheckVerdict>> = { passed: 'passed', failed: 'failed', unknown: 'unknown' };

/** The Zoom app as it is saved, asked of Zoom itself; and what Zoom has told us. */
export async function checkZoom(deps: Deps): Promise<Check[]> {
  const saved = await readZoomSettings(deps);
  const app = savedApp(deps, saved);
  if (!app) {
    const why = 'The Zoom app’s client id and secret are not saved, or the key that opens them is gone.';
    const remedy = 'Enter them at /admin/zoom/settings; a guide there says what to make at Zoom.';
    return [
      check('zoom credentials', TITLES.credentials, { verdict: 'failed', why, remedy }),
      ...(await checkWebhooks(deps)),
    ];
  }
  const mismatch = loopbackMismatch(deps.config.appUrl, app.redirectUri);
  const [ofClient, redirect, api, { verdicts }] = await Promise.all([
    probeCredentials(deps.logger, app),
    mismatch === null ? probeRedirect(deps.logger, app) : failed('redirect', mismatch),
    probeApi(deps.logger, await findApiUrl(deps)),
    findZoomVerdicts(deps),
  ]);
  const told = verdicts.filter(({ subject }) => subject === 'scopes' || subject === 'webhook');
  const findings: readonly Finding[] = [...ofClient, redirect, api, ...told];
  return [...findings.map(fromFinding), ...(await checkWebhooks(deps))];
}

function failed(subject: FindingSubject, why: string): Finding {
  return { subject, verdict: 'failed', why };
}

function fromFinding({ subject, verdict, why }: Finding): Check {
  return check(`zoom ${subject}`, TITLES[subject], { verdict: VERDICTS[verdict], why, remedy: REMEDIES[subject] });
}

/** The last that came, the last that was refused, and what could not be understood. */
async function checkWebhooks(deps: Deps): Promise<Check[]> {
  const { parkedCount, latest, lastRefusalAt, refusals } = await findWebhookHealth(deps);
  const last = latest[0] ? `${latest[0].event} at ${latest[0].cameAt.toISOString()}` : 'none';
  const refused = lastRefusalAt ? `${refusals.day} in a day, the last at ${lastRefusalAt.toISOString()}` : 'none';
  return [
    check('webhook inbox', 'Events of Zoom', {
      verdict: parkedCount === 0 ? 'passed' : 'warning',
      why: `The last: ${last}. Refused: ${refused}. Not understood: ${parkedCount}.`,
      remedy: 'See /admin/zoom/webhooks; once the fault is mended, webhooks replay reads them again.',
    }),
  ];
}
