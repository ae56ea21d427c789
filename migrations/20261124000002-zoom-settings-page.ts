import type { Sequelize } from 'sequelize';

/**
 * What the admin's page of the Zoom settings needs. `version` tells two forms that were open at once apart; the
 * `…_saved_at` columns tell since when a word from Zoom speaks for the values that are saved. zoom_checks holds what
 * tests found, by a keyed hash of the values tested, so that a verdict never outlives its values.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE zoom_settings
      ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 0,
      ADD COLUMN app_saved_at DATETIME(3) NULL,
      ADD COLUMN webhook_secret_saved_at DATETIME(3) NULL`);
  await db.query(`
    CREATE TABLE zoom_checks (
      subject VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      fingerprint CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      verdict VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      why VARCHAR(500) NOT NULL,
      checked_at DATETIME(3) NOT NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      PRIMARY KEY (subject, fingerprint)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE zoom_checks');
  await db.query(
    'ALTER TABLE zoom_settings DROP COLUMN webhook_secret_saved_at, DROP COLUMN app_saved_at, DROP COLUMN version',
  );
}
