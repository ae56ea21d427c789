import type { Sequelize } from 'sequelize';

/**
 * zoom_participants are segments: one row each time somebody enters a meeting instance.
 * class_attendance is what was concluded from them, one row a person and revision; pass_id NULL is the teacher.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE zoom_participants (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      instance_id BIGINT UNSIGNED NOT NULL,
      zoom_session_user_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      participant_uuid VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
      registrant_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
      zoom_user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
      pass_id BIGINT UNSIGNED NULL,
      user_name VARCHAR(255) NULL,
      user_email VARCHAR(254) NULL,
      role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      matched_by VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      join_time DATETIME(3) NULL,
      leave_time DATETIME(3) NULL,
      source VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      UNIQUE KEY zoom_participants_segment (instance_id, zoom_session_user_id),
      KEY zoom_participants_pass (pass_id),
      CONSTRAINT zoom_participants_instance FOREIGN KEY (instance_id) REFERENCES zoom_meeting_instances (id),
      CONSTRAINT zoom_participants_pass FOREIGN KEY (pass_id) REFERENCES zoom_secure_tokens (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
  await db.query(`
    CREATE TABLE class_attendance (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      class_date_id BIGINT UNSIGNED NOT NULL,
      person_key VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      pass_id BIGINT UNSIGNED NULL,
      revision INT UNSIGNED NOT NULL,
      verdict VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      present_seconds INT UNSIGNED NOT NULL,
      first_join_at DATETIME(3) NULL,
      last_leave_at DATETIME(3) NULL,
      sources VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      UNIQUE KEY class_attendance_person (class_date_id, revision, person_key),
      KEY class_attendance_pass (pass_id),
      CONSTRAINT class_attendance_class_date FOREIGN KEY (class_date_id) REFERENCES class_dates (id),
      CONSTRAINT class_attendance_pass FOREIGN KEY (pass_id) REFERENCES zoom_secure_tokens (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE class_attendance');
  await db.query('DROP TABLE zoom_participants');
}
