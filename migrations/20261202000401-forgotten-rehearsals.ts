import type { Sequelize } from 'sequelize';

/** rehearsals_forgotten: how often something changed that a rehearsal rests on, so that one that was under way then is known. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(
    'ALTER TABLE class_dates ADD COLUMN rehearsals_forgotten INT UNSIGNED NOT NULL DEFAULT 0 AFTER rehearsed_version',
  );
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE class_dates DROP COLUMN rehearsals_forgotten');
}
