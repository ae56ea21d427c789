import type { Sequelize } from 'sequelize';

/** One row, id 1. Columns that end in _encrypted hold AES-256-GCM texts. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE zoom_settings (
      id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
      client_id_encrypted TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
      client_secret_encrypted TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
      redirect_uri VARCHAR(500) NULL,
      account_id VARCHAR(64) NULL,
      base_url VARCHAR(255) NOT NULL,
      webhook_secret_encrypted TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
      previous_webhook_secret_encrypted TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
      lead_minutes SMALLINT UNSIGNED NOT NULL,
      grace_minutes SMALLINT UNSIGNED NOT NULL,
      watch_minutes SMALLINT UNSIGNED NOT NULL,
      settle_minutes SMALLINT UNSIGNED NOT NULL,
      updated_by BIGINT UNSIGNED NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      KEY zoom_settings_updated_by (updated_by),
      CONSTRAINT zoom_settings_updated_by_user FOREIGN KEY (updated_by) REFERENCES users (id) ON DELETE SET NULL
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE zoom_settings');
}
