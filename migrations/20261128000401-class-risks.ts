import type { Sequelize } from 'sequelize';

/** What a rehearsal or a look at the room has found to be wrong with a class that is to come; one open row a kind. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE class_risks (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      class_date_id BIGINT UNSIGNED NOT NULL,
      kind VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      is_open TINYINT(1) NULL,
      detail VARCHAR(255) NULL,
      since DATETIME(3) NOT NULL,
      told_at DATETIME(3) NULL,
      cleared_at DATETIME(3) NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      UNIQUE KEY class_risks_open (class_date_id, kind, is_open),
      KEY class_risks_is_open (is_open),
      CONSTRAINT class_risks_class_date FOREIGN KEY (class_date_id) REFERENCES class_dates (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE class_risks');
}
