import type { Sequelize } from 'sequelize';

/**
 * A row is one attempt at one meeting: it exists before Zoom is called. is_current is 1 or NULL, never 0, so that the
 * unique key allows one current meeting a class date and any number of former ones.
 * meeting_id is Zoom's id; other tables refer to this table's id as zoom_meeting_id.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE zoom_meetings (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      order_id BIGINT UNSIGNED NOT NULL,
      class_date_id BIGINT UNSIGNED NOT NULL,
      teacher_id BIGINT UNSIGNED NOT NULL,
      generation INT UNSIGNED NOT NULL,
      is_current TINYINT(1) NULL,
      state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      marker CHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      attempts INT UNSIGNED NOT NULL DEFAULT 0,
      looks INT UNSIGNED NOT NULL DEFAULT 0,
      unknown_since DATETIME(3) NULL,
      next_attempt_at DATETIME(3) NULL,
      last_error VARCHAR(255) NULL,
      synced_version INT UNSIGNED NOT NULL DEFAULT 0,
      meeting_id VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NULL,
      topic VARCHAR(200) NOT NULL,
      start_time DATETIME(3) NOT NULL,
      duration SMALLINT UNSIGNED NOT NULL,
      timezone VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      registration TINYINT(1) NOT NULL DEFAULT 0,
      join_url_encrypted TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
      status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
      actual_start_time DATETIME(3) NULL,
      actual_end_time DATETIME(3) NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      UNIQUE KEY zoom_meetings_generation (class_date_id, generation),
      UNIQUE KEY zoom_meetings_current (class_date_id, is_current),
      UNIQUE KEY zoom_meetings_meeting_id (meeting_id),
      KEY zoom_meetings_order_id (order_id),
      KEY zoom_meetings_teacher_id (teacher_id),
      KEY zoom_meetings_status (status),
      KEY zoom_meetings_start_time (start_time),
      CONSTRAINT zoom_meetings_order FOREIGN KEY (order_id) REFERENCES book_orders (id),
      CONSTRAINT zoom_meetings_class_date FOREIGN KEY (class_date_id) REFERENCES class_dates (id),
      CONSTRAINT zoom_meetings_teacher FOREIGN KEY (teacher_id) REFERENCES users (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
  await createInstances(db);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE zoom_meeting_instances');
  await db.query('DROP TABLE zoom_meetings');
}

/** A meeting has an instance, with a uuid of its own, for each time it was started. */
async function createInstances(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE zoom_meeting_instances (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      zoom_meeting_id BIGINT UNSIGNED NOT NULL,
      uuid VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      started_at DATETIME(3) NULL,
      ended_at DATETIME(3) NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      UNIQUE KEY zoom_meeting_instances_uuid (uuid),
      KEY zoom_meeting_instances_meeting (zoom_meeting_id),
      CONSTRAINT zoom_meeting_instances_meeting FOREIGN KEY (zoom_meeting_id) REFERENCES zoom_meetings (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}
