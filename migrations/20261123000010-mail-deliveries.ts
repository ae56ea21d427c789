import type { Sequelize } from 'sequelize';

/** The mail ledger: one row a (class date, recipient, kind, version), written before anything is sent. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE mail_deliveries (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      class_date_id BIGINT UNSIGNED NOT NULL,
      recipient_key VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      pass_id BIGINT UNSIGNED NULL,
      user_id BIGINT UNSIGNED NULL,
      kind VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      version INT UNSIGNED NOT NULL,
      state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      message_key CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      attempts INT UNSIGNED NOT NULL DEFAULT 0,
      resent TINYINT(1) NOT NULL DEFAULT 0,
      next_attempt_at DATETIME(3) NOT NULL,
      useful_until DATETIME(3) NOT NULL,
      lease_holder CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
      lease_until DATETIME(3) NULL,
      last_error VARCHAR(255) NULL,
      sent_at DATETIME(3) NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      UNIQUE KEY mail_deliveries_once (class_date_id, recipient_key, kind, version),
      UNIQUE KEY mail_deliveries_message_key (message_key),
      KEY mail_deliveries_due (class_date_id, state, next_attempt_at),
      KEY mail_deliveries_lease (lease_holder),
      KEY mail_deliveries_pass (pass_id),
      KEY mail_deliveries_user (user_id),
      CONSTRAINT mail_deliveries_class_date FOREIGN KEY (class_date_id) REFERENCES class_dates (id),
      CONSTRAINT mail_deliveries_pass FOREIGN KEY (pass_id) REFERENCES zoom_secure_tokens (id),
      CONSTRAINT mail_deliveries_user FOREIGN KEY (user_id) REFERENCES users (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE mail_deliveries');
}
