import type { Sequelize } from 'sequelize';

/** What happened in a room that was kept through a move, before its doors opened anew, was of the former time. */
export async function up(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE zoom_meetings ADD COLUMN made_for DATETIME(3) NULL');
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE zoom_meetings DROP COLUMN made_for');
}
