import type { Sequelize } from 'sequelize';

/** Time in Zoom's waiting room: shown beside the attendance, never counted as part of it. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE zoom_waits (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      zoom_meeting_id BIGINT UNSIGNED NOT NULL,
      uuid VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      zoom_session_user_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      pass_id BIGINT UNSIGNED NULL,
      began_at DATETIME(3) NULL,
      ended_at DATETIME(3) NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      UNIQUE KEY zoom_waits_wait (zoom_meeting_id, uuid, zoom_session_user_id),
      KEY zoom_waits_pass (pass_id),
      CONSTRAINT zoom_waits_meeting FOREIGN KEY (zoom_meeting_id) REFERENCES zoom_meetings (id),
      CONSTRAINT zoom_waits_pass FOREIGN KEY (pass_id) REFERENCES zoom_secure_tokens (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE zoom_waits');
}
