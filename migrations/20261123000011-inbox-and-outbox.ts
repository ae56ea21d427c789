import type { Sequelize } from 'sequelize';

/** webhook_events: what Zoom told us. workflow_outbox: what a workflow must still hear of. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE webhook_events (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      event_key CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      event VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      event_at DATETIME(3) NOT NULL,
      meeting_id VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NULL,
      body MEDIUMTEXT NOT NULL,
      state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      attempts INT UNSIGNED NOT NULL DEFAULT 0,
      lease_holder CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
      lease_until DATETIME(3) NULL,
      last_error VARCHAR(255) NULL,
      processed_at DATETIME(3) NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      UNIQUE KEY webhook_events_event_key (event_key),
      KEY webhook_events_state (state, created_at),
      KEY webhook_events_meeting (meeting_id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
  await db.query(`
    CREATE TABLE workflow_outbox (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      class_date_id BIGINT UNSIGNED NOT NULL,
      reason VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      attempts INT UNSIGNED NOT NULL DEFAULT 0,
      lease_holder CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
      lease_until DATETIME(3) NULL,
      delivered_at DATETIME(3) NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      KEY workflow_outbox_due (delivered_at, created_at),
      KEY workflow_outbox_class_date (class_date_id),
      CONSTRAINT workflow_outbox_class_date FOREIGN KEY (class_date_id) REFERENCES class_dates (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE workflow_outbox');
  await db.query('DROP TABLE webhook_events');
}
