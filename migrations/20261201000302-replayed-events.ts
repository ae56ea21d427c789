import type { Sequelize } from 'sequelize';

/** Events that are read again wait for those that Zoom has just told. */
export async function up(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE webhook_events ADD COLUMN replayed TINYINT(1) NOT NULL DEFAULT 0');
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE webhook_events DROP COLUMN replayed');
}
