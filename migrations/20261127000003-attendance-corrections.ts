import type { Sequelize } from 'sequelize';

/**
 * What a person said about a class's attendance, beside what Zoom told: who an unknown name was (subject: how Zoom knows
 * them), a verdict (subject: the person), or the outcome (subject: empty). Nothing is overwritten; ended_at takes one back.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE attendance_corrections (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      class_date_id BIGINT UNSIGNED NOT NULL,
      kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      subject VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      value VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      reason VARCHAR(500) NOT NULL,
      made_by BIGINT UNSIGNED NOT NULL,
      ended_at DATETIME(3) NULL,
      ended_by BIGINT UNSIGNED NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      KEY attendance_corrections_class_date (class_date_id),
      KEY attendance_corrections_made_by (made_by),
      KEY attendance_corrections_ended_by (ended_by),
      CONSTRAINT attendance_corrections_class_date FOREIGN KEY (class_date_id) REFERENCES class_dates (id),
      CONSTRAINT attendance_corrections_made_by FOREIGN KEY (made_by) REFERENCES users (id),
      CONSTRAINT attendance_corrections_ended_by FOREIGN KEY (ended_by) REFERENCES users (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE attendance_corrections');
}
