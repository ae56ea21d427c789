import type { Sequelize } from 'sequelize';

/**
 * account_links: the one-time ways to choose a password that invitations and resets mail. Of a token only the SHA-256 is
 * kept; it is computed from a key. Mails and hints to workflows can be about one of them. users.session_epoch rises when
 * all of somebody's sessions end, so that none of them can be brought back by a request that was under way.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE users ADD COLUMN session_epoch INT UNSIGNED NOT NULL DEFAULT 0 AFTER password_hash');
  await db.query(`
    CREATE TABLE account_links (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      random_key CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      user_id BIGINT UNSIGNED NOT NULL,
      purpose VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      key_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      token CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      expires_at DATETIME(3) NOT NULL,
      used_at DATETIME(3) NULL,
      withdrawn_at DATETIME(3) NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      UNIQUE KEY account_links_token (token),
      KEY account_links_user (user_id, purpose),
      CONSTRAINT account_links_user FOREIGN KEY (user_id) REFERENCES users (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
  await db.query(`
    ALTER TABLE mail_deliveries
      ADD COLUMN account_link_id BIGINT UNSIGNED NULL AFTER incident_id,
      ADD UNIQUE KEY mail_deliveries_once_a_link (account_link_id, recipient_key, kind, version, copy),
      ADD KEY mail_deliveries_link_due (account_link_id, state, next_attempt_at),
      ADD CONSTRAINT mail_deliveries_account_link FOREIGN KEY (account_link_id) REFERENCES account_links (id)`);
  await db.query(`
    ALTER TABLE workflow_outbox
      ADD COLUMN account_link_id BIGINT UNSIGNED NULL AFTER connection_id,
      ADD KEY workflow_outbox_account_link (account_link_id),
      ADD CONSTRAINT workflow_outbox_account_link FOREIGN KEY (account_link_id) REFERENCES account_links (id)`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DELETE FROM workflow_outbox WHERE account_link_id IS NOT NULL');
  await db.query(`
    ALTER TABLE workflow_outbox
      DROP FOREIGN KEY workflow_outbox_account_link,
      DROP KEY workflow_outbox_account_link,
      DROP COLUMN account_link_id`);
  await db.query('DELETE FROM mail_deliveries WHERE account_link_id IS NOT NULL');
  await db.query(`
    ALTER TABLE mail_deliveries
      DROP FOREIGN KEY mail_deliveries_account_link,
      DROP KEY mail_deliveries_link_due,
      DROP KEY mail_deliveries_once_a_link,
      DROP COLUMN account_link_id`);
  await db.query('DROP TABLE account_links');
  await db.query('ALTER TABLE users DROP COLUMN session_epoch');
}
