import type { Sequelize } from 'sequelize';

/**
 * Events are kept for some time. event_horizons: up to which place in the feed a customer's events have been deleted, so
 * that whoever comes back to read on from before it is told so.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE event_horizons (
      customer VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
      seq BIGINT UNSIGNED NOT NULL
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
  await db.query('ALTER TABLE outcome_events ADD KEY outcome_events_age (created_at)');
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE outcome_events DROP KEY outcome_events_age');
  await db.query('DROP TABLE event_horizons');
}
