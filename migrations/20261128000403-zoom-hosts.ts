import type { Sequelize } from 'sequelize';

/**
 * What Zoom last said of a teacher as a host: many classes share one answer. And how often a host's meetings were made or
 * changed in a day of UTC, which is what Zoom limits.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE zoom_host_checks (
      user_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
      asked_at DATETIME(3) NULL,
      active TINYINT(1) NULL,
      capacity INT UNSIGNED NULL,
      attempts INT UNSIGNED NOT NULL DEFAULT 0,
      next_attempt_at DATETIME(3) NULL,
      lease_holder CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
      lease_until DATETIME(3) NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      CONSTRAINT zoom_host_checks_user FOREIGN KEY (user_id) REFERENCES users (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
  await db.query(`
    CREATE TABLE zoom_meeting_writes (
      user_id BIGINT UNSIGNED NOT NULL,
      day DATE NOT NULL,
      writes INT UNSIGNED NOT NULL,
      PRIMARY KEY (user_id, day),
      CONSTRAINT zoom_meeting_writes_user FOREIGN KEY (user_id) REFERENCES users (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE zoom_meeting_writes');
  await db.query('DROP TABLE zoom_host_checks');
}
