import type { Sequelize } from 'sequelize';

/**
 * outcome_events: what became of classes, for whoever sold them; each row is written in the commit that it reports. Ids
 * are given out before a commit and become visible in any order, so the feed goes by seq, which is given afterwards, by
 * one publisher at a time and without a gap.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE outcome_events (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      seq BIGINT UNSIGNED NULL,
      class_date_id BIGINT UNSIGNED NOT NULL,
      type VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      data TEXT NOT NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      UNIQUE KEY outcome_events_seq (seq),
      KEY outcome_events_class_date (class_date_id),
      CONSTRAINT outcome_events_class_date FOREIGN KEY (class_date_id) REFERENCES class_dates (id) ON DELETE CASCADE
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE outcome_events');
}
