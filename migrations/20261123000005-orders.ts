import type { Sequelize } from 'sequelize';

export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE book_orders (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      title VARCHAR(180) NOT NULL,
      user_id BIGINT UNSIGNED NOT NULL,
      teacher_id BIGINT UNSIGNED NOT NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      KEY book_orders_user_id (user_id),
      KEY book_orders_teacher_id (teacher_id),
      CONSTRAINT book_orders_user FOREIGN KEY (user_id) REFERENCES users (id),
      CONSTRAINT book_orders_teacher FOREIGN KEY (teacher_id) REFERENCES users (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
  await db.query(`
    CREATE TABLE order_guests (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      order_id BIGINT UNSIGNED NOT NULL,
      email VARCHAR(254) NOT NULL,
      name VARCHAR(120) NULL,
      time_zone VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
      removed_at DATETIME(3) NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      UNIQUE KEY order_guests_order_email (order_id, email),
      CONSTRAINT order_guests_order FOREIGN KEY (order_id) REFERENCES book_orders (id) ON DELETE CASCADE
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE order_guests');
  await db.query('DROP TABLE book_orders');
}
