import type { Sequelize } from 'sequelize';

/** Zoom tells of changes of a meeting late and out of order: they are counted, and what is so is looked up. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE zoom_meetings
      ADD COLUMN changes_told INT UNSIGNED NOT NULL DEFAULT 0,
      ADD COLUMN changes_seen INT UNSIGNED NOT NULL DEFAULT 0`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE zoom_meetings DROP COLUMN changes_told, DROP COLUMN changes_seen');
}
