import { UniqueConstraintError } from 'sequelize';
import type { Deps } from '../deps';
import { ZoomSetting } from '../models/ZoomSetting';
import { DEFAULT_TIMES, settingPlace, SETTINGS_ID } from '../queries/findZoomSettings';

/** Makes the settings row from the environment's first values, once; afterwards the row is the truth. */
export async function saveFirstZoomSettings({ config, encryption }: Deps): Promise<void> {
  if (await ZoomSetting.findByPk(SETTINGS_ID, { attributes: ['id'] })) return;
  const { clientId, clientSecret, webhookSecret } = config.zoom.first;
  const seal = (column: string, value: string | undefined) =>
    value === undefined ? null : encryption.encrypt(value, settingPlace(column));
  try {
    await ZoomSetting.create({
      id: SETTINGS_ID,
      clientIdEncrypted: seal('client_id_encrypted', clientId),
      clientSecretEncrypted: seal('client_secret_encrypted', clientSecret),
      webhookSecretEncrypted: seal('webhook_secret_encrypted', webhookSecret),
      baseUrl: config.zoom.apiUrl,
      ...DEFAULT_TIMES,
    });
  } catch (error) {
    // Another process was first.
    if (!(error instanceof UniqueConstraintError)) throw error;
  }
}
