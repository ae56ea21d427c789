import type { Sequelize } from 'sequelize';

/** refused_edits may be of a person, too, whom a marketplace has put; of an order and its class dates, or of a person. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE refused_edits
      MODIFY COLUMN order_id BIGINT UNSIGNED NULL,
      ADD COLUMN user_id BIGINT UNSIGNED NULL AFTER class_date_id,
      ADD KEY refused_edits_user (user_id),
      ADD CONSTRAINT refused_edits_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DELETE FROM refused_edits WHERE user_id IS NOT NULL');
  await db.query(`
    ALTER TABLE refused_edits
      DROP FOREIGN KEY refused_edits_user,
      DROP KEY refused_edits_user,
      DROP COLUMN user_id,
      MODIFY COLUMN order_id BIGINT UNSIGNED NOT NULL`);
}
