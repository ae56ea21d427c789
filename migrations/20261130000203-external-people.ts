import type { Sequelize } from 'sequelize';

/**
 * What a marketplace calls its teachers and students, as book_orders has it of orders. People who were made here, or came
 * with an order, have no customer.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE users
      ADD COLUMN customer VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER id,
      ADD COLUMN external_id VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER customer,
      ADD COLUMN external_revision BIGINT UNSIGNED NULL AFTER external_id,
      ADD COLUMN external_fields VARCHAR(500) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER external_revision,
      ADD UNIQUE KEY users_external (customer, role, external_id)`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE users
      DROP KEY users_external,
      DROP COLUMN external_fields, DROP COLUMN external_revision, DROP COLUMN external_id, DROP COLUMN customer`);
}
