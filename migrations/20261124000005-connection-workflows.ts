import type { Sequelize } from 'sequelize';

/** A connection has a workflow of its own, which keeps it alive; its id holds the row's random key. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE zoom_connections
      ADD COLUMN random_key CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER user_id`);
  await db.query('UPDATE zoom_connections SET random_key = LEFT(SHA2(CONCAT(UUID(), RAND(), id), 256), 32)');
  await db.query(`
    ALTER TABLE zoom_connections
      MODIFY random_key CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL`);
  await db.query(`
    ALTER TABLE workflow_outbox
      ADD COLUMN connection_id BIGINT UNSIGNED NULL AFTER incident_id,
      ADD KEY workflow_outbox_connection (connection_id),
      ADD CONSTRAINT workflow_outbox_connection FOREIGN KEY (connection_id) REFERENCES zoom_connections (id) ON DELETE CASCADE`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DELETE FROM workflow_outbox WHERE connection_id IS NOT NULL');
  await db.query(`
    ALTER TABLE workflow_outbox
      DROP FOREIGN KEY workflow_outbox_connection,
      DROP KEY workflow_outbox_connection,
      DROP COLUMN connection_id`);
  await db.query('ALTER TABLE zoom_connections DROP COLUMN random_key');
}
