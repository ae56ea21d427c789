import type { Sequelize } from 'sequelize';

/**
 * By what a wait was tied to its person, as stays have it: words of one wait that match different people end in the same one
 * whichever comes last. How those from before were tied is not known; the least that names somebody stands for it.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(
    "ALTER TABLE zoom_waits ADD COLUMN matched_by VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'none' AFTER pass_id",
  );
  await db.query("UPDATE zoom_waits SET matched_by = 'email' WHERE pass_id IS NOT NULL");
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE zoom_waits DROP COLUMN matched_by');
}
