import type { Sequelize } from 'sequelize';

/** People's own ways into a Zoom meeting that are to be taken back there: of a guest who was removed or corrected. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE dropped_registrants (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      class_date_id BIGINT UNSIGNED NOT NULL,
      zoom_meeting_id BIGINT UNSIGNED NOT NULL,
      registrant_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      attempts INT UNSIGNED NOT NULL DEFAULT 0,
      next_attempt_at DATETIME(3) NULL,
      done_at DATETIME(3) NULL,
      last_error VARCHAR(255) NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      KEY dropped_registrants_due (class_date_id, done_at),
      KEY dropped_registrants_meeting (zoom_meeting_id),
      CONSTRAINT dropped_registrants_class_date FOREIGN KEY (class_date_id) REFERENCES class_dates (id),
      CONSTRAINT dropped_registrants_meeting FOREIGN KEY (zoom_meeting_id) REFERENCES zoom_meetings (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE dropped_registrants');
}
