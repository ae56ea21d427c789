import type { Sequelize } from 'sequelize';

/** asked_until: a receiver may say when it wants to be called again, before which no news brings a try forward. */
export async function up(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE push_endpoints ADD COLUMN asked_until DATETIME(3) NULL AFTER paused_until');
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE push_endpoints DROP COLUMN asked_until');
}
