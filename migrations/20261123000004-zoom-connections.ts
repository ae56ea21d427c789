import type { Sequelize } from 'sequelize';

/** A teacher's Zoom account. The lease columns and version make token refresh single flight (src/zoom/freshToken). */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE zoom_connections (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      user_id BIGINT UNSIGNED NOT NULL,
      state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      state_reason VARCHAR(255) NULL,
      zoom_user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
      zoom_account_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
      zoom_email VARCHAR(254) NULL,
      licensed TINYINT(1) NOT NULL DEFAULT 0,
      api_url VARCHAR(255) NULL,
      scopes TEXT NULL,
      access_token_encrypted TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
      refresh_token_encrypted TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
      previous_refresh_token_encrypted TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
      token_expires_at DATETIME(3) NULL,
      refreshed_at DATETIME(3) NULL,
      paused_until DATETIME(3) NULL,
      lease_holder CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
      lease_until DATETIME(3) NULL,
      version INT UNSIGNED NOT NULL DEFAULT 0,
      connected_at DATETIME(3) NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      UNIQUE KEY zoom_connections_user_id (user_id),
      UNIQUE KEY zoom_connections_zoom_user_id (zoom_user_id),
      KEY zoom_connections_zoom_account_id (zoom_account_id),
      CONSTRAINT zoom_connections_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE zoom_connections');
}
