import type { Transaction } from 'sequelize';
import { ZoomSetting } from '../models/ZoomSetting';
import { DecryptionError, type Encryption } from '../security/encryption';
import { settingPlace, SETTINGS_ID } from './findZoomSettings';

/** The settings in clear, for the server alone; null where nothing is saved, or nothing that can be read. */
export interface SavedZoomSettings {
  readonly row: ZoomSetting | null;
  readonly clientId: string | null;
  readonly clientSecret: string | null;
  readonly webhookSecret: string | null;
  readonly previousWebhookSecret: string | null;
}

/** @param lock the transaction in which the row is then changed */
export async function readZoomSettings(
  { encryption }: { encryption: Encryption },
  lock?: Transaction,
): Promise<SavedZoomSettings> {
  const row = await ZoomSetting.findByPk(SETTINGS_ID, lock ? { transaction: lock, lock: lock.LOCK.UPDATE } : {});
  const open = (column: string, text: string | null | undefined) => decryptIfPossible(encryption, column, text);
  return {
    row,
    clientId: open('client_id_encrypted', row?.clientIdEncrypted),
    clientSecret: open('client_secret_encrypted', row?.clientSecretEncrypted),
    webhookSecret: open('webhook_secret_encrypted', row?.webhookSecretEncrypted),
    previousWebhookSecret: open('previous_webhook_secret_encrypted', row?.previousWebhookSecretEncrypted),
  };
}

/** Whether teachers could connect: the app's id and secret are there and can be read. */
export async function isZoomConfigured(deps: { encryption: Encryption }): Promise<boolean> {
  const { clientId, clientSecret } = await readZoomSettings(deps);
  return clientId !== null && clientSecret !== null;
}

/** A text whose key is gone counts as not there, so that an admin can still come here and enter it anew. */
function decryptIfPossible(encryption: Encryption, column: string, text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  try {
    return encryption.decrypt(text, settingPlace(column));
  } catch (error) {
    if (error instanceof DecryptionError) return null;
    throw error;
  }
}
