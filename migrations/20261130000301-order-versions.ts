import type { Sequelize } from 'sequelize';

/** Rises with each change of an order, so that whoever edits what somebody else has changed meanwhile is told. */
export async function up(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE book_orders ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 1 AFTER teacher_id');
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE book_orders DROP COLUMN version');
}
