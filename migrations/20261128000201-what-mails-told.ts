import type { Sequelize } from 'sequelize';

/**
 * What each mail about a class date told its reader, so that whoever believes something else than what is so now is told
 * once. told_off: that the class does not take place. gathers_until: edits that come together are told, and sent to
 * Zoom, together, after that instant. cancelled_at: the order was given back as a whole.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE mail_deliveries
      ADD COLUMN told_at DATETIME(3) NULL AFTER sent_at,
      ADD COLUMN told_starts_at DATETIME(3) NULL AFTER told_at,
      ADD COLUMN told_duration_minutes SMALLINT UNSIGNED NULL AFTER told_starts_at,
      ADD COLUMN told_teacher_id BIGINT UNSIGNED NULL AFTER told_duration_minutes,
      ADD COLUMN told_off TINYINT(1) NOT NULL DEFAULT 0 AFTER told_teacher_id`);
  await db.query('ALTER TABLE class_dates ADD COLUMN gathers_until DATETIME(3) NULL AFTER next_attempt_at');
  await db.query('ALTER TABLE book_orders ADD COLUMN cancelled_at DATETIME(3) NULL AFTER teacher_id');
  // Until now no time, length or teacher could be changed, so every mail told what its class says today.
  await db.query(`
    UPDATE mail_deliveries m
      JOIN class_dates c ON c.id = m.class_date_id
       SET m.told_at = COALESCE(m.sent_at, m.updated_at), m.told_starts_at = c.starts_at,
           m.told_duration_minutes = c.duration_minutes, m.told_teacher_id = c.teacher_id,
           m.told_off = (m.kind IN ('cancelled', 'missed'))
     WHERE m.state IN ('data_sent', 'sent', 'unknown')`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE book_orders DROP COLUMN cancelled_at');
  await db.query('ALTER TABLE class_dates DROP COLUMN gathers_until');
  await db.query(`
    ALTER TABLE mail_deliveries
      DROP COLUMN told_at, DROP COLUMN told_starts_at, DROP COLUMN told_duration_minutes,
      DROP COLUMN told_teacher_id, DROP COLUMN told_off`);
}
