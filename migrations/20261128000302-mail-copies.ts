import type { Sequelize } from 'sequelize';

/** A mail that was sent and is sent once more by hand is another copy; the keys are for the page of deliveries. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE mail_deliveries
      ADD COLUMN copy INT UNSIGNED NOT NULL DEFAULT 0 AFTER minutes_before,
      DROP KEY mail_deliveries_once,
      DROP KEY mail_deliveries_once_an_incident,
      ADD UNIQUE KEY mail_deliveries_once (class_date_id, recipient_key, kind, version, minutes_before, copy),
      ADD UNIQUE KEY mail_deliveries_once_an_incident (incident_id, recipient_key, kind, version, copy),
      ADD KEY mail_deliveries_state (state, created_at),
      ADD KEY mail_deliveries_recipient (recipient_key, created_at),
      ADD KEY mail_deliveries_created (created_at)`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DELETE FROM mail_deliveries WHERE copy > 0');
  await db.query(`
    ALTER TABLE mail_deliveries
      DROP KEY mail_deliveries_created,
      DROP KEY mail_deliveries_recipient,
      DROP KEY mail_deliveries_state,
      DROP KEY mail_deliveries_once_an_incident,
      DROP KEY mail_deliveries_once,
      ADD UNIQUE KEY mail_deliveries_once (class_date_id, recipient_key, kind, version, minutes_before),
      ADD UNIQUE KEY mail_deliveries_once_an_incident (incident_id, recipient_key, kind, version),
      DROP COLUMN copy`);
}
