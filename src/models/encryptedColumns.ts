/** Every column that holds a text of src/security/encryption.ts, and the column whose value its place names as the row. */
export const ENCRYPTED_COLUMNS = [
  { table: 'zoom_settings', column: 'client_id_encrypted', row: 'id' },
  { table: 'zoom_settings', column: 'client_secret_encrypted', row: 'id' },
  { table: 'zoom_settings', column: 'webhook_secret_encrypted', row: 'id' },
  { table: 'zoom_settings', column: 'previous_webhook_secret_encrypted', row: 'id' },
  { table: 'zoom_connections', column: 'access_token_encrypted', row: 'user_id' },
  { table: 'zoom_connections', column: 'refresh_token_encrypted', row: 'user_id' },
  { table: 'zoom_connections', column: 'previous_refresh_token_encrypted', row: 'user_id' },
  { table: 'zoom_meetings', column: 'join_url_encrypted', row: 'id' },
  { table: 'zoom_secure_tokens', column: 'personal_url_encrypted', row: 'id' },
  { table: 'push_endpoints', column: 'secret_encrypted', row: 'random_key' },
  { table: 'push_endpoints', column: 'previous_secret_encrypted', row: 'random_key' },
] as const;

export type EncryptedColumn = (typeof ENCRYPTED_COLUMNS)[number];
