import type { Sequelize } from 'sequelize';

/** An endpoint has a workflow of its own, which can be hinted; one that was switched off is trouble of its own. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE workflow_outbox
      ADD COLUMN push_endpoint_id BIGINT UNSIGNED NULL AFTER connection_id,
      ADD KEY workflow_outbox_push_endpoint (push_endpoint_id),
      ADD CONSTRAINT workflow_outbox_push_endpoint FOREIGN KEY (push_endpoint_id)
        REFERENCES push_endpoints (id) ON DELETE CASCADE`);
  await db.query(`
    ALTER TABLE incidents
      ADD COLUMN push_endpoint_id BIGINT UNSIGNED NULL AFTER user_id,
      ADD KEY incidents_push_endpoint (push_endpoint_id),
      ADD CONSTRAINT incidents_push_endpoint FOREIGN KEY (push_endpoint_id)
        REFERENCES push_endpoints (id) ON DELETE SET NULL`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('UPDATE incidents SET open_key = NULL WHERE push_endpoint_id IS NOT NULL');
  await db.query(`
    ALTER TABLE incidents
      DROP FOREIGN KEY incidents_push_endpoint,
      DROP KEY incidents_push_endpoint,
      DROP COLUMN push_endpoint_id`);
  await db.query('DELETE FROM workflow_outbox WHERE push_endpoint_id IS NOT NULL');
  await db.query(`
    ALTER TABLE workflow_outbox
      DROP FOREIGN KEY workflow_outbox_push_endpoint,
      DROP KEY workflow_outbox_push_endpoint,
      DROP COLUMN push_endpoint_id`);
}
