import type { Sequelize } from 'sequelize';

/**
 * What is concluded of a person besides their time in the meeting, and the revisions that the conclusions belong to;
 * made_by NULL is the system. reconciled_at: when Zoom's own account of a meeting had been read in full.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE class_attendance
      ADD COLUMN in_class_seconds INT UNSIGNED NOT NULL DEFAULT 0 AFTER present_seconds,
      ADD COLUMN overlap_seconds INT UNSIGNED NOT NULL DEFAULT 0 AFTER in_class_seconds,
      ADD COLUMN doubts VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' AFTER sources,
      ADD COLUMN corrected TINYINT(1) NOT NULL DEFAULT 0 AFTER doubts`);
  await db.query('ALTER TABLE zoom_meetings ADD COLUMN reconciled_at DATETIME(3) NULL AFTER actual_end_time');
  await db.query(`
    CREATE TABLE attendance_revisions (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      class_date_id BIGINT UNSIGNED NOT NULL,
      revision INT UNSIGNED NOT NULL,
      cause VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      outcome VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      made_by BIGINT UNSIGNED NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      UNIQUE KEY attendance_revisions_revision (class_date_id, revision),
      KEY attendance_revisions_made_by (made_by),
      CONSTRAINT attendance_revisions_class_date FOREIGN KEY (class_date_id) REFERENCES class_dates (id),
      CONSTRAINT attendance_revisions_made_by FOREIGN KEY (made_by) REFERENCES users (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE attendance_revisions');
  await db.query('ALTER TABLE zoom_meetings DROP COLUMN reconciled_at');
  await db.query(`
    ALTER TABLE class_attendance
      DROP COLUMN in_class_seconds, DROP COLUMN overlap_seconds, DROP COLUMN doubts, DROP COLUMN corrected`);
}
