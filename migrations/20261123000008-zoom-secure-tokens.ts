import type { Sequelize } from 'sequelize';

/**
 * The join passes. The token itself is never stored: it is made again from key_id, the class's random key, the person
 * and epoch (src/security/joinPass). holder_hash is the SHA-256 of the cookie of the browser that claimed it.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE zoom_secure_tokens (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      class_date_id BIGINT UNSIGNED NOT NULL,
      user_id BIGINT UNSIGNED NULL,
      guest_id BIGINT UNSIGNED NULL,
      email VARCHAR(254) NOT NULL,
      token CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      key_id VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      epoch INT UNSIGNED NOT NULL DEFAULT 1,
      used_at DATETIME(3) NULL,
      holder_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
      ip_address VARCHAR(45) CHARACTER SET ascii COLLATE ascii_bin NULL,
      user_agent VARCHAR(255) NULL,
      revoked_at DATETIME(3) NULL,
      link_quality VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
      link_meeting_id BIGINT UNSIGNED NULL,
      registrant_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
      personal_url_encrypted TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      UNIQUE KEY zoom_secure_tokens_token (token),
      UNIQUE KEY zoom_secure_tokens_user (class_date_id, user_id),
      UNIQUE KEY zoom_secure_tokens_guest (class_date_id, guest_id),
      KEY zoom_secure_tokens_user_id (user_id),
      KEY zoom_secure_tokens_guest_id (guest_id),
      KEY zoom_secure_tokens_link_meeting (link_meeting_id),
      KEY zoom_secure_tokens_registrant (registrant_id),
      CONSTRAINT zoom_secure_tokens_class_date FOREIGN KEY (class_date_id) REFERENCES class_dates (id),
      CONSTRAINT zoom_secure_tokens_user FOREIGN KEY (user_id) REFERENCES users (id),
      CONSTRAINT zoom_secure_tokens_guest FOREIGN KEY (guest_id) REFERENCES order_guests (id),
      CONSTRAINT zoom_secure_tokens_link_meeting FOREIGN KEY (link_meeting_id) REFERENCES zoom_meetings (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE zoom_secure_tokens');
}
