import type { Sequelize } from 'sequelize';

/** Append-only: each row is written in the transaction of the act it records and carries an HMAC over itself. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE zoom_audit_logs (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      user_id BIGINT UNSIGNED NULL,
      action VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      entity_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
      entity_id BIGINT UNSIGNED NULL,
      metadata TEXT NULL,
      ip_address VARCHAR(45) CHARACTER SET ascii COLLATE ascii_bin NULL,
      user_agent VARCHAR(255) NULL,
      seal VARCHAR(90) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      KEY zoom_audit_logs_action (action, created_at),
      KEY zoom_audit_logs_created (created_at),
      KEY zoom_audit_logs_user (user_id),
      KEY zoom_audit_logs_entity (entity_type, entity_id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE zoom_audit_logs');
}
