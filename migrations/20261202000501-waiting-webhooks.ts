import type { Sequelize } from 'sequelize';

/**
 * The next events to interpret, in their order, are asked for every two seconds by each worker, also while months of stored
 * ones are read again: they must be found without reading and sorting all that wait.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE webhook_events ADD KEY webhook_events_waiting (state, replayed, attempts, event_at)');
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE webhook_events DROP KEY webhook_events_waiting');
}
