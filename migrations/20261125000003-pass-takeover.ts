import type { Sequelize } from 'sequelize';

/**
 * A pass goes on in another browser, a few times; the browsers it was taken from are remembered, to be told. A new link
 * is a new token: whoever holds the pass re-enters by the former one until somebody presses the new one's button.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE zoom_secure_tokens
      ADD COLUMN takeovers TINYINT UNSIGNED NOT NULL DEFAULT 0,
      ADD COLUMN former_token CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
      ADD UNIQUE KEY zoom_secure_tokens_former_token (former_token)`);
  await db.query(`
    CREATE TABLE pass_former_holders (
      pass_id BIGINT UNSIGNED NOT NULL,
      holder_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      replaced_at DATETIME(3) NOT NULL,
      PRIMARY KEY (pass_id, holder_hash),
      CONSTRAINT pass_former_holders_pass FOREIGN KEY (pass_id) REFERENCES zoom_secure_tokens (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE pass_former_holders');
  await db.query(`
    ALTER TABLE zoom_secure_tokens
      DROP KEY zoom_secure_tokens_former_token,
      DROP COLUMN former_token,
      DROP COLUMN takeovers`);
}
