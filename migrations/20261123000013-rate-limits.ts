import type { Sequelize } from 'sequelize';

/** The columns rate-limiter-flexible's MySQL store expects (its `key`, `points`, `expire`); we own the table. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE rate_limits (
      \`key\` VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
      points INT NOT NULL DEFAULT 0,
      expire BIGINT UNSIGNED NULL,
      KEY rate_limits_expire (expire)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE rate_limits');
}
