import type { Sequelize } from 'sequelize';

/** Each worker process says every few seconds that it is at work; by the database's clock, the only one they share. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE worker_beats (
      holder CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
      beaten_at DATETIME(3) NOT NULL,
      created_at DATETIME(3) NOT NULL,
      KEY worker_beats_beaten (beaten_at)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE worker_beats');
}
