import type { Sequelize } from 'sequelize';

/**
 * When Zoom's list is looked at once more for a meeting of an attempt that was given up: the list may have hidden it from
 * every look before. NULL: not any more, or there was no such attempt.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE zoom_meetings ADD COLUMN late_look_at DATETIME(3) NULL');
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE zoom_meetings DROP COLUMN late_look_at');
}
