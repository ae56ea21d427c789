import type { Sequelize } from 'sequelize';

/**
 * What a marketplace calls its orders and class dates. external_revision: the highest one it has sent.
 * external_fields: a digest of each field as the marketplace last had it, as JSON; where a field is another now, it was
 * changed here. Orders that were made here have no customer.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE book_orders
      ADD COLUMN customer VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER id,
      ADD COLUMN external_id VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER customer,
      ADD COLUMN external_revision BIGINT UNSIGNED NULL AFTER external_id,
      ADD COLUMN external_fields VARCHAR(500) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER external_revision,
      ADD UNIQUE KEY book_orders_external (customer, external_id)`);
  await db.query(`
    ALTER TABLE class_dates
      ADD COLUMN external_id VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER order_id,
      ADD COLUMN external_revision BIGINT UNSIGNED NULL AFTER external_id,
      ADD COLUMN external_fields VARCHAR(500) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER external_revision,
      ADD UNIQUE KEY class_dates_external (order_id, external_id)`);
  await db.query('ALTER TABLE order_guests ADD COLUMN language VARCHAR(35) CHARACTER SET ascii NULL AFTER time_zone');
  await db.query('ALTER TABLE users ADD COLUMN language VARCHAR(35) CHARACTER SET ascii NULL AFTER time_zone');
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('ALTER TABLE users DROP COLUMN language');
  await db.query('ALTER TABLE order_guests DROP COLUMN language');
  await db.query(`
    ALTER TABLE class_dates
      DROP KEY class_dates_external,
      DROP COLUMN external_fields, DROP COLUMN external_revision, DROP COLUMN external_id`);
  await db.query(`
    ALTER TABLE book_orders
      DROP KEY book_orders_external,
      DROP COLUMN external_fields, DROP COLUMN external_revision, DROP COLUMN external_id, DROP COLUMN customer`);
}
