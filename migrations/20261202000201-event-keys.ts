import type { Sequelize } from 'sequelize';

/**
 * random_key: the other half of an event's name, so that no name is given out twice though a database that is put back to a
 * backup gives its ids out again. NULL: it came to be before this, and is named by its id alone.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(
    'ALTER TABLE outcome_events ADD COLUMN random_key CHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER id',
  );
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE outcome_events DROP COLUMN random_key');
}
