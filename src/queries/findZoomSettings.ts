import type { Transaction } from 'sequelize';
import type { Config } from '../config/loadConfig';
import { ZoomSetting } from '../models/ZoomSetting';
import { DecryptionError, type Encryption } from '../security/encryption';
import { ZoomMisconfigured, ZoomNotConfigured } from '../zoom/errors';
import { isAllowedZoomUrl } from '../zoom/hosts';
import type { ZoomApp } from '../zoom/oauth';

export const SETTINGS_ID = 1;

export interface ClassTimeSettings {
  readonly leadMinutes: number;
  readonly graceMinutes: number;
  readonly watchMinutes: number;
  readonly settleMinutes: number;
  /** reminders before the one at T−lead, such as `1440,120`; see src/domain/furtherReminders.ts */
  readonly furtherReminders: string;
  /** coming later than this after the start is late */
  readonly lateMinutes: number;
  /** having been there for less is absent */
  readonly presentMinutes: number;
}

export const DEFAULT_TIMES: ClassTimeSettings = {
  leadMinutes: 30,
  graceMinutes: 15,
  watchMinutes: 5,
  settleMinutes: 90,
  furtherReminders: '',
  lateMinutes: 10,
  presentMinutes: 1,
};

/** Where a settings column is encrypted for. */
export function settingPlace(column: string) {
  return { table: 'zoom_settings', column, row: SETTINGS_ID };
}

/** @throws ZoomNotConfigured when the Zoom app's credentials are not there yet, ZoomMisconfigured when they cannot be read */
export async function findZoomApp(deps: { config: Config; encryption: Encryption }): Promise<ZoomApp> {
  const row = await ZoomSetting.findByPk(SETTINGS_ID);
  const clientId = decrypt(deps.encryption, 'client_id_encrypted', row?.clientIdEncrypted);
  const clientSecret = decrypt(deps.encryption, 'client_secret_encrypted', row?.clientSecretEncrypted);
  if (clientId === null || clientSecret === null) {
    throw new ZoomNotConfigured('Enter the Zoom app’s client id and client secret in the settings.');
  }
  const redirectUri = row?.redirectUri ?? defaultRedirectUri(deps.config);
  return { oauthUrl: deps.config.zoom.oauthUrl, clientId, clientSecret, redirectUri };
}

export function defaultRedirectUri({ appUrl }: Pick<Config, 'appUrl'>): string {
  return `${appUrl}/teacher/zoom/callback`;
}

/** Where Zoom's API is for accounts of which Zoom has named no other address; what is no longer allowed is passed over. */
export async function findApiUrl({ config }: { config: Config }): Promise<string> {
  const saved = (await ZoomSetting.findByPk(SETTINGS_ID, { attributes: ['baseUrl'] }))?.baseUrl;
  return saved !== undefined && isAllowedZoomUrl(config, saved) ? saved : config.zoom.apiUrl;
}

/** The secrets a webhook may be signed with: the current one first, and the previous one during a rotation. */
export async function findWebhookSecrets(deps: { encryption: Encryption }): Promise<string[]> {
  const row = await ZoomSetting.findByPk(SETTINGS_ID);
  const current = decrypt(deps.encryption, 'webhook_secret_encrypted', row?.webhookSecretEncrypted);
  const previous = decrypt(deps.encryption, 'previous_webhook_secret_encrypted', row?.previousWebhookSecretEncrypted);
  return [current, previous].filter((secret) => secret !== null && secret !== '').map(String);
}

export async function findClassTimeSettings(transaction: Transaction | null = null): Promise<ClassTimeSettings> {
  const row = await ZoomSetting.findByPk(SETTINGS_ID, { transaction });
  if (!row) return DEFAULT_TIMES;
  const { leadMinutes, graceMinutes, watchMinutes, settleMinutes, furtherReminders, lateMinutes, presentMinutes } = row;
  return { leadMinutes, graceMinutes, watchMinutes, settleMinutes, furtherReminders, lateMinutes, presentMinutes };
}

function decrypt(encryption: Encryption, column: string, text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  try {
    return encryption.decrypt(text, settingPlace(column));
  } catch (error) {
    if (error instanceof DecryptionError) throw new ZoomMisconfigured(error.message, 'client');
    throw error;
  }
}
