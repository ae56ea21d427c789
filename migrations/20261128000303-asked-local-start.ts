import type { Sequelize } from 'sequelize';

/** The wall time somebody asked for, where the clock jumps over it and the class is later; null where it is as asked. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE class_dates
      ADD COLUMN asked_local_start CHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER local_start`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE class_dates DROP COLUMN asked_local_start');
}
