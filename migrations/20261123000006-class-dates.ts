import type { Sequelize } from 'sequelize';

/**
 * starts_at is derived from local_start and time_zone; both are kept, because zone rules change.
 * version rises with every edit; schedule_version only when the time moves (it numbers the mails).
 * The *_minutes columns are copied from the settings at booking, so a later change never moves a booked class.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE class_dates (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      random_key CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      order_id BIGINT UNSIGNED NOT NULL,
      teacher_id BIGINT UNSIGNED NOT NULL,
      local_start CHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      time_zone VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      starts_at DATETIME(3) NOT NULL,
      duration_minutes SMALLINT UNSIGNED NOT NULL,
      lead_minutes SMALLINT UNSIGNED NOT NULL,
      grace_minutes SMALLINT UNSIGNED NOT NULL,
      watch_minutes SMALLINT UNSIGNED NOT NULL,
      settle_minutes SMALLINT UNSIGNED NOT NULL,
      state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      state_reason VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
      outcome VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
      version INT UNSIGNED NOT NULL DEFAULT 1,
      schedule_version INT UNSIGNED NOT NULL DEFAULT 1,
      live_at DATETIME(3) NULL,
      ended_at DATETIME(3) NULL,
      watched_at DATETIME(3) NULL,
      closed_at DATETIME(3) NULL,
      settled_at DATETIME(3) NULL,
      evidence_at DATETIME(3) NULL,
      next_attempt_at DATETIME(3) NULL,
      cancelled_at DATETIME(3) NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      UNIQUE KEY class_dates_random_key (random_key),
      KEY class_dates_order_id (order_id),
      KEY class_dates_teacher_starts (teacher_id, starts_at),
      KEY class_dates_state_starts (state, starts_at),
      CONSTRAINT class_dates_order FOREIGN KEY (order_id) REFERENCES book_orders (id),
      CONSTRAINT class_dates_teacher FOREIGN KEY (teacher_id) REFERENCES users (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE class_dates');
}
