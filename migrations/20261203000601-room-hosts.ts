import type { Sequelize } from 'sequelize';

/**
 * In whose Zoom account a room is: a teacher who has connected another one cannot start it any more. Of rooms from before it is
 * known where they were made since their teacher last connected.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(
    'ALTER TABLE zoom_meetings ADD COLUMN host_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER marker',
  );
  await db.query(`
    UPDATE zoom_meetings m JOIN zoom_connections c ON c.user_id = m.teacher_id
       SET m.host_hash = SHA2(CONCAT('host|', m.marker, '|', c.zoom_user_id), 256)
     WHERE c.zoom_user_id IS NOT NULL AND m.created_at > c.connected_at`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE zoom_meetings DROP COLUMN host_hash');
}
