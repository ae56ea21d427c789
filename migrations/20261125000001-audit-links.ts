import type { Sequelize } from 'sequelize';

/**
 * audit_links: the audit log's rows as a chain, in the order in which they were chained. The row itself gets commitments
 * to its personal fields, each with a salt of its own, so that a field can be erased with its salt and the seal still fits.
 * Rows from before have none. Half of the first commitment is unique: nobody can put a copy of a sealed row beside it.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE zoom_audit_logs
      ADD COLUMN user_salt CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER user_agent,
      ADD COLUMN ip_salt CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER user_salt,
      ADD COLUMN agent_salt CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER ip_salt,
      ADD COLUMN commitments CHAR(194) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER agent_salt,
      ADD UNIQUE KEY zoom_audit_logs_commitments (commitments(32)),
      ADD KEY zoom_audit_logs_ip (ip_address)`);
  await db.query(`
    CREATE TABLE audit_links (
      seq BIGINT UNSIGNED NOT NULL PRIMARY KEY,
      audit_id BIGINT UNSIGNED NOT NULL,
      hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      seal VARCHAR(90) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      created_at DATETIME(3) NOT NULL,
      UNIQUE KEY audit_links_audit (audit_id),
      CONSTRAINT audit_links_audit FOREIGN KEY (audit_id) REFERENCES zoom_audit_logs (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE audit_links');
  await db.query(`
    ALTER TABLE zoom_audit_logs
      DROP KEY zoom_audit_logs_ip,
      DROP KEY zoom_audit_logs_commitments,
      DROP COLUMN commitments,
      DROP COLUMN agent_salt,
      DROP COLUMN ip_salt,
      DROP COLUMN user_salt`);
}
