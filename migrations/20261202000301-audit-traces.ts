import type { Sequelize } from 'sequelize';

/**
 * zoom_audit_logs.has_traces: whether a row still tells from which address and browser something was done, and may forget it
 * one day (a row without commitments is sealed over them). The index leads to the old ones of these alone, however many have
 * forgotten theirs.
 */
export async function up(db: Sequelize): Promise<void> {
  // Two statements: MySQL does either of them without holding up whoever writes, and both at once not.
  await db.query(`
    ALTER TABLE zoom_audit_logs ADD COLUMN has_traces TINYINT(1) GENERATED ALWAYS
      AS (commitments IS NOT NULL AND (ip_address IS NOT NULL OR user_agent IS NOT NULL)) VIRTUAL`);
  await db.query('ALTER TABLE zoom_audit_logs ADD KEY zoom_audit_logs_traces (has_traces, created_at)');
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE zoom_audit_logs DROP KEY zoom_audit_logs_traces');
  await db.query('ALTER TABLE zoom_audit_logs DROP COLUMN has_traces');
}
