import type { Sequelize } from 'sequelize';

/** users.email_since: since when somebody reads at their address; NULL while it has never been changed, as far as is known. */
export async function up(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE users ADD COLUMN email_since DATETIME(3) NULL AFTER email');
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE users DROP COLUMN email_since');
}
