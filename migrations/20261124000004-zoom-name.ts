import type { Sequelize } from 'sequelize';

/** The name a Zoom account shows, so that a teacher sees which of theirs is connected. */
export async function up(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE zoom_connections ADD COLUMN zoom_name VARCHAR(255) NULL AFTER zoom_email');
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE zoom_connections DROP COLUMN zoom_name');
}
