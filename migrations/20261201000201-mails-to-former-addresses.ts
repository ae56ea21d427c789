import type { Sequelize } from 'sequelize';

/**
 * mail_deliveries.to_email: an address that was somebody's until it was changed, and where they are told so; NULL for every
 * mail that goes to where its person reads now. Such a mail is about a row of account_links by which no password can be
 * chosen.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE mail_deliveries ADD COLUMN to_email VARCHAR(254) NULL AFTER user_id');
}

/** Without the column these mails would go to the new address, so they go, with what they are about. */
export async function down(db: Sequelize): Promise<void> {
  const ofThese = "account_link_id IN (SELECT id FROM account_links WHERE purpose = 'address_changed')";
  await db.query(`DELETE FROM workflow_outbox WHERE ${ofThese}`);
  await db.query(`DELETE FROM mail_deliveries WHERE ${ofThese}`);
  await db.query("DELETE FROM account_links WHERE purpose = 'address_changed'");
  await db.query('ALTER TABLE mail_deliveries DROP COLUMN to_email');
}
