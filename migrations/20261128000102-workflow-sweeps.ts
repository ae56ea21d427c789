import type { Sequelize } from 'sequelize';

/** What each sweep saw and did, for admins; kept for some days. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE workflow_sweeps (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      expected INT UNSIGNED NOT NULL,
      running INT UNSIGNED NOT NULL,
      missing INT UNSIGNED NOT NULL,
      on_their_way INT UNSIGNED NOT NULL,
      stuck INT UNSIGNED NOT NULL,
      orphans INT UNSIGNED NOT NULL,
      overdue INT UNSIGNED NOT NULL,
      failed INT UNSIGNED NOT NULL,
      started_at DATETIME(3) NOT NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      KEY workflow_sweeps_created (created_at)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE workflow_sweeps');
}
