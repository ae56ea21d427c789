import type { Sequelize } from 'sequelize';

/** When a class was last rehearsed, as which version of it, and when it may be tried again. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE class_dates
      ADD COLUMN rehearsed_at DATETIME(3) NULL,
      ADD COLUMN rehearsed_version INT UNSIGNED NOT NULL DEFAULT 0,
      ADD COLUMN rehearse_not_before DATETIME(3) NULL`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE class_dates
      DROP COLUMN rehearsed_at,
      DROP COLUMN rehearsed_version,
      DROP COLUMN rehearse_not_before`);
}
