import type { Sequelize } from 'sequelize';

/** When a meeting was last seen at Zoom as it is, in the workflow's time. */
export async function up(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE zoom_meetings ADD COLUMN seen_at DATETIME(3) NULL');
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE zoom_meetings DROP COLUMN seen_at');
}
