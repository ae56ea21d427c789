import type { Sequelize } from 'sequelize';

/** A stay in a breakout room is one of its own, and names the stay in the meeting that it belongs to. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE zoom_participants
      ADD COLUMN parent_session_user_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER zoom_session_user_id`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE zoom_participants DROP COLUMN parent_session_user_id');
}
