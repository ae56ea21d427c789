import type { Sequelize } from 'sequelize';

/**
 * Which of the events that nobody could place belong to a meeting that has become known, and which events of a meeting
 * are there to replay, is asked every few seconds and must not read bodies.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE webhook_events
      ADD KEY webhook_events_state_meeting (state, meeting_id),
      ADD KEY webhook_events_created (created_at)`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE webhook_events
      DROP KEY webhook_events_state_meeting,
      DROP KEY webhook_events_created`);
}
