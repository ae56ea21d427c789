import type { Sequelize } from 'sequelize';

const TABLES = ['class_dates', 'zoom_settings'];

/** From when on somebody came late, and how long somebody must be there to count as present; a class keeps those of its booking. */
export async function up(db: Sequelize): Promise<void> {
  for (const table of TABLES) {
    await db.query(`
      ALTER TABLE ${table}
        ADD COLUMN late_minutes INT UNSIGNED NOT NULL DEFAULT 10 AFTER settle_minutes,
        ADD COLUMN present_minutes INT UNSIGNED NOT NULL DEFAULT 1 AFTER late_minutes`);
  }
}

export async function down(db: Sequelize): Promise<void> {
  for (const table of TABLES) {
    await db.query(`ALTER TABLE ${table} DROP COLUMN late_minutes, DROP COLUMN present_minutes`);
  }
}
