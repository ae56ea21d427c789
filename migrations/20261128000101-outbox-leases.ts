import type { Sequelize } from 'sequelize';

/**
 * lease_until says when the relay may next take a row: whoever wrote it has it first, then whoever delivers it, and a try
 * that failed moves it on. Rows are found by it, and delivered ones deleted by delivered_at.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE workflow_outbox
      DROP KEY workflow_outbox_due,
      ADD KEY workflow_outbox_due (delivered_at, lease_until)`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE workflow_outbox
      DROP KEY workflow_outbox_due,
      ADD KEY workflow_outbox_due (delivered_at, created_at)`);
}
