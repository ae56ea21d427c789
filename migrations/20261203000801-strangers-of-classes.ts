import type { Sequelize } from 'sequelize';

/** How many names nobody has been found for when a class was concluded: where there are some, somebody is asked to say who they were. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE attendance_revisions
      ADD COLUMN strangers INT UNSIGNED NOT NULL DEFAULT 0 AFTER outcome,
      ADD KEY attendance_revisions_strangers (created_at, strangers)`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE attendance_revisions DROP KEY attendance_revisions_strangers, DROP COLUMN strangers');
}
