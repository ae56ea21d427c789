import type { Sequelize } from 'sequelize';

/** When the last mail went out is asked while a mail server seems to take none, of a ledger of years. */
export async function up(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE mail_deliveries ADD KEY mail_deliveries_sent (sent_at)');
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE mail_deliveries DROP KEY mail_deliveries_sent');
}
