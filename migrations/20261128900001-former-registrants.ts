import type { Sequelize } from 'sequelize';

/**
 * A pass gets another registrant with each new meeting, and with a corrected address. By the former ones Zoom goes on
 * naming whoever came by them: in messages that are late, in its list, and in stored events that are read again.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE zoom_secure_tokens
      ADD COLUMN former_registrants TEXT CHARACTER SET ascii COLLATE ascii_bin NULL AFTER registrant_id`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE zoom_secure_tokens DROP COLUMN former_registrants');
}
