import type { Sequelize } from 'sequelize';

/**
 * The last edit of each order and class date that a marketplace was refused because of a change made here, until somebody
 * decides, or the marketplace sends something else.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE refused_edits (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      order_id BIGINT UNSIGNED NOT NULL,
      class_date_id BIGINT UNSIGNED NULL,
      subject_key VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      fields VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      content MEDIUMTEXT NOT NULL,
      refused_at DATETIME(3) NOT NULL,
      UNIQUE KEY refused_edits_subject (subject_key),
      KEY refused_edits_order (order_id),
      KEY refused_edits_class_date (class_date_id),
      KEY refused_edits_refused_at (refused_at),
      CONSTRAINT refused_edits_order FOREIGN KEY (order_id) REFERENCES book_orders (id) ON DELETE CASCADE,
      CONSTRAINT refused_edits_class_date FOREIGN KEY (class_date_id) REFERENCES class_dates (id) ON DELETE CASCADE
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE refused_edits');
}
