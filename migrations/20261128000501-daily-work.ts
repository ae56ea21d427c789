import type { Sequelize } from 'sequelize';

/** When the sweep last did what it does once a day. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE daily_work (
      name VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
      done_at DATETIME(3) NOT NULL
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE daily_work');
}
