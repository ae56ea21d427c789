import type { Sequelize } from 'sequelize';

/**
 * order_buyers: what a marketplace's program called the buyers of an order when it named them by address. A person is known by
 * one row of users, whoever named them first; what another marketplace called them is not told to this one.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE order_buyers (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      order_id BIGINT UNSIGNED NOT NULL,
      user_id BIGINT UNSIGNED NOT NULL,
      first_name VARCHAR(80) NOT NULL,
      last_name VARCHAR(80) NOT NULL,
      time_zone VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
      language VARCHAR(35) CHARACTER SET ascii NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      UNIQUE KEY order_buyers_once (order_id, user_id),
      KEY order_buyers_user (user_id),
      CONSTRAINT order_buyers_order FOREIGN KEY (order_id) REFERENCES book_orders (id),
      CONSTRAINT order_buyers_user FOREIGN KEY (user_id) REFERENCES users (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE order_buyers');
}
