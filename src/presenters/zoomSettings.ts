import type { Config } from '../config/loadConfig';
import type { DatedFinding, Finding, FindingSubject, Verdict } from '../domain/zoomVerdicts';
import { defaultRedirectUri } from '../queries/findZoomSettings';
import type { WebhookWords } from '../queries/findZoomVerdicts';
import type { SavedZoomSettings } from '../queries/readZoomSettings';
import { paths } from '../routes/paths';
import { loopbackMismatch } from '../zoom/loopbackMismatch';
import { NEEDED_SCOPES } from '../zoom/scopes';
import { USED_EVENTS } from '../zoom/webhookEvents';
import { formatInstant } from './classTime';

const TITLES: Readonly<Record<FindingSubject, string>> = {
  credentials: 'Credentials',
  redirect: 'Redirect address',
  scopes: 'Scopes',
  webhook: 'Webhook',
  api: 'API address',
  clock: 'Clock',
};

const IN_SHORT: Readonly<Record<Verdict, { word: string; tone: string }>> = {
  passed: { word: 'passed', tone: 'good' },
  failed: { word: 'failed', tone: 'bad' },
  unknown: { word: 'not yet known', tone: '' },
};

/** Enough of a secret to tell two apart; of a short one that would be too much. */
const ENDING_LENGTH = 4;
const LONG_ENOUGH = 12;

export function presentFinding({ subject, verdict, why }: Finding) {
  return { subject, title: TITLES[subject], verdict, ...IN_SHORT[verdict], why };
}

interface SettingsPage {
  readonly saved: SavedZoomSettings;
  readonly savedBy: string | null;
  readonly verdicts: readonly DatedFinding[];
  readonly webhook: WebhookWords;
  readonly zone: string;
}

/** The admin's page of the Zoom settings as plain values. Of a secret it has no more than the last characters. */
export function presentZoomSettings(config: Config, { saved, savedBy, verdicts, webhook, zone }: SettingsPage) {
  const { row } = saved;
  const instant = (at: Date | null | undefined) => (at ? formatInstant(at, zone) : null);
  const { redirectUri } = shownValues(config, saved);
  return {
    title: 'Zoom settings',
    version: row?.version ?? 0,
    saved: shownValues(config, saved),
    secrets: shownSecrets(saved),
    rotating: Boolean(row?.previousWebhookSecretEncrypted),
    complete: ![saved.clientId, saved.clientSecret, saved.webhookSecret].includes(null),
    savedAt: row && row.version > 0 ? instant(row.updatedAt) : null,
    savedBy,
    verdicts: verdicts.map((verdict) => ({ ...presentFinding(verdict), at: instant(verdict.at) })),
    webhook: {
      lastEvent: webhook.lastEvent && `${instant(webhook.lastEvent.at)}: ${webhook.lastEvent.name}`,
      lastValidation: instant(webhook.lastValidationAt),
      lastRefusal: instant(webhook.lastRefusal?.at ?? null),
    },
    mismatch: loopbackMismatch(config.appUrl, redirectUri),
    defaultRedirectUri: defaultRedirectUri(config),
    allowedHosts: config.zoom.allowedHosts.join(', '),
    guide: guideOf(config, redirectUri),
  };
}

function shownValues(config: Config, { row, clientId }: SavedZoomSettings) {
  return {
    clientId: clientId ?? '',
    redirectUri: row?.redirectUri ?? defaultRedirectUri(config),
    accountId: row?.accountId ?? '',
    baseUrl: row?.baseUrl ?? config.zoom.apiUrl,
  };
}

function shownSecrets({ row, clientSecret, webhookSecret, previousWebhookSecret }: SavedZoomSettings) {
  return {
    client: secretInWords(row?.clientSecretEncrypted, clientSecret),
    webhook: secretInWords(row?.webhookSecretEncrypted, webhookSecret),
    previous: secretInWords(row?.previousWebhookSecretEncrypted, previousWebhookSecret),
  };
}

function secretInWords(sealed: string | null | undefined, secret: string | null): string | null {
  if (!sealed) return null;
  if (secret === null) return 'saved, but the key that opens it is gone: enter it again';
  return secret.length < LONG_ENOUGH ? 'saved' : `saved, ends in …${secret.slice(-ENDING_LENGTH)}`;
}

/** What somebody copies into a new Zoom app. */
function guideOf({ appUrl }: Config, redirectUri: string) {
  const webhookUrl = `${appUrl}${paths.webhook}`;
  return {
    redirectUri,
    webhookUrl,
    // Zoom sends webhooks only to a name that it can reach, by https.
    webhookReachable: webhookUrl.startsWith('https://'),
    scopes: NEEDED_SCOPES.map(({ granular, words }) => ({ scope: granular, reason: words })),
    events: USED_EVENTS.map(({ event, title, reason }) => ({ event, title, reason })),
  };
}
