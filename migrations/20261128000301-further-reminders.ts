import type { Sequelize } from 'sequelize';

const TABLES = ['class_dates', 'zoom_settings'];

/**
 * Reminders before the one at T−30, in minutes before the start, such as `1440,120`; none unless somebody sets them. A
 * class keeps those of its booking. In the ledger minutes_before tells them apart; it is 0 for every other mail.
 */
export async function up(db: Sequelize): Promise<void> {
  for (const table of TABLES) {
    await db.query(`
      ALTER TABLE ${table}
        ADD COLUMN further_reminders VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT ''
          AFTER settle_minutes`);
  }
  await db.query(`
    ALTER TABLE mail_deliveries
      ADD COLUMN minutes_before INT UNSIGNED NOT NULL DEFAULT 0 AFTER version,
      DROP KEY mail_deliveries_once,
      ADD UNIQUE KEY mail_deliveries_once (class_date_id, recipient_key, kind, version, minutes_before)`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DELETE FROM mail_deliveries WHERE minutes_before > 0');
  await db.query(`
    ALTER TABLE mail_deliveries
      DROP KEY mail_deliveries_once,
      ADD UNIQUE KEY mail_deliveries_once (class_date_id, recipient_key, kind, version),
      DROP COLUMN minutes_before`);
  for (const table of TABLES) await db.query(`ALTER TABLE ${table} DROP COLUMN further_reminders`);
}
