import type { Sequelize } from 'sequelize';

/**
 * incidents: trouble that people are told of once a cause. Mails and hints to workflows are about a class date or about
 * an incident.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE incidents (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      random_key CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      cause VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      user_id BIGINT UNSIGNED NULL,
      open_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
      occurrences INT UNSIGNED NOT NULL DEFAULT 1,
      opened_at DATETIME(3) NOT NULL,
      last_seen_at DATETIME(3) NOT NULL,
      closed_at DATETIME(3) NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      UNIQUE KEY incidents_one_open (open_key),
      KEY incidents_user (user_id),
      KEY incidents_opened (opened_at),
      CONSTRAINT incidents_user FOREIGN KEY (user_id) REFERENCES users (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
  await db.query(`
    ALTER TABLE mail_deliveries
      MODIFY class_date_id BIGINT UNSIGNED NULL,
      ADD COLUMN incident_id BIGINT UNSIGNED NULL AFTER class_date_id,
      ADD UNIQUE KEY mail_deliveries_once_an_incident (incident_id, recipient_key, kind, version),
      ADD KEY mail_deliveries_incident_due (incident_id, state, next_attempt_at),
      ADD CONSTRAINT mail_deliveries_incident FOREIGN KEY (incident_id) REFERENCES incidents (id)`);
  await db.query(`
    ALTER TABLE workflow_outbox
      MODIFY class_date_id BIGINT UNSIGNED NULL,
      ADD COLUMN incident_id BIGINT UNSIGNED NULL AFTER class_date_id,
      ADD KEY workflow_outbox_incident (incident_id),
      ADD CONSTRAINT workflow_outbox_incident FOREIGN KEY (incident_id) REFERENCES incidents (id)`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DELETE FROM workflow_outbox WHERE class_date_id IS NULL');
  await db.query(`
    ALTER TABLE workflow_outbox
      DROP FOREIGN KEY workflow_outbox_incident,
      DROP KEY workflow_outbox_incident,
      DROP COLUMN incident_id,
      MODIFY class_date_id BIGINT UNSIGNED NOT NULL`);
  await db.query('DELETE FROM mail_deliveries WHERE class_date_id IS NULL');
  await db.query(`
    ALTER TABLE mail_deliveries
      DROP FOREIGN KEY mail_deliveries_incident,
      DROP KEY mail_deliveries_incident_due,
      DROP KEY mail_deliveries_once_an_incident,
      DROP COLUMN incident_id,
      MODIFY class_date_id BIGINT UNSIGNED NOT NULL`);
  await db.query('DROP TABLE incidents');
}
