import type { Sequelize } from 'sequelize';

/** A pass that was withdrawn because its person was disabled is given back when they are enabled; others are not. */
export async function up(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE zoom_secure_tokens ADD COLUMN withheld TINYINT(1) NOT NULL DEFAULT 0 AFTER revoked_at');
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE zoom_secure_tokens DROP COLUMN withheld');
}
