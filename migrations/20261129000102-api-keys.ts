import type { Sequelize } from 'sequelize';

/**
 * api_keys: how a marketplace's programs prove themselves. Of a key only the SHA-256 is kept (it holds 256 random bits)
 * and its first characters, for people to tell keys apart. customer: whose orders a key sees and makes.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE api_keys (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      name VARCHAR(80) NOT NULL,
      customer VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      secret_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      hint VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      scopes VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      calls_a_minute INT UNSIGNED NOT NULL,
      created_by BIGINT UNSIGNED NULL,
      expires_at DATETIME(3) NULL,
      revoked_at DATETIME(3) NULL,
      last_used_at DATETIME(3) NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      UNIQUE KEY api_keys_secret_hash (secret_hash),
      KEY api_keys_created_by (created_by),
      CONSTRAINT api_keys_created_by FOREIGN KEY (created_by) REFERENCES users (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE api_keys');
}
