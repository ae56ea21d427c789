import type { Sequelize } from 'sequelize';

/**
 * push_endpoints: where a marketplace has its events pushed to. types: which ones, with commas between. failures: calls on
 * end that were of no use; while there are any, nothing is called before paused_until. push_deliveries: one event for one
 * endpoint, in the order of the feed.
 */
export async function up(db: Sequelize): Promise<void> {
  await createEndpoints(db);
  await createDeliveries(db);
}

async function createEndpoints(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE push_endpoints (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      random_key CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      customer VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      url VARCHAR(500) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      types VARCHAR(500) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      secret_encrypted TEXT NOT NULL,
      previous_secret_encrypted TEXT NULL,
      previous_secret_until DATETIME(3) NULL,
      state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      off_reason VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
      off_since DATETIME(3) NULL,
      failures INT UNSIGNED NOT NULL DEFAULT 0,
      failing_since DATETIME(3) NULL,
      paused_until DATETIME(3) NULL,
      last_failed_at DATETIME(3) NULL,
      last_delivered_at DATETIME(3) NULL,
      lease_holder CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
      lease_until DATETIME(3) NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      UNIQUE KEY push_endpoints_random_key (random_key),
      KEY push_endpoints_customer (customer, state)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

async function createDeliveries(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE push_deliveries (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      endpoint_id BIGINT UNSIGNED NOT NULL,
      event_id BIGINT UNSIGNED NOT NULL,
      seq BIGINT UNSIGNED NOT NULL,
      state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      attempts INT UNSIGNED NOT NULL DEFAULT 0,
      first_tried_at DATETIME(3) NULL,
      last_tried_at DATETIME(3) NULL,
      next_attempt_at DATETIME(3) NOT NULL,
      delivered_at DATETIME(3) NULL,
      last_status SMALLINT UNSIGNED NULL,
      last_failure VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      UNIQUE KEY push_deliveries_once (endpoint_id, event_id),
      KEY push_deliveries_order (endpoint_id, state, seq),
      KEY push_deliveries_due (endpoint_id, state, next_attempt_at),
      KEY push_deliveries_event (event_id),
      KEY push_deliveries_age (updated_at),
      CONSTRAINT push_deliveries_endpoint FOREIGN KEY (endpoint_id) REFERENCES push_endpoints (id) ON DELETE CASCADE,
      CONSTRAINT push_deliveries_event FOREIGN KEY (event_id) REFERENCES outcome_events (id) ON DELETE CASCADE
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE push_deliveries');
  await db.query('DROP TABLE push_endpoints');
}
