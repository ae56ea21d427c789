import type { Sequelize } from 'sequelize';

/**
 * What a marketplace's programs call their endpoints, and what they last sent of them, as with orders. secret_name: what the
 * program called the signing secret when it had it made, so that asking for the same one again makes no other.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE push_endpoints
      ADD COLUMN external_id VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER customer,
      ADD COLUMN external_revision BIGINT UNSIGNED NULL AFTER external_id,
      ADD COLUMN external_fields VARCHAR(500) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER external_revision,
      ADD COLUMN secret_name VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER secret_encrypted,
      ADD UNIQUE KEY push_endpoints_external (customer, external_id)`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query(`
    ALTER TABLE push_endpoints
      DROP KEY push_endpoints_external,
      DROP COLUMN secret_name,
      DROP COLUMN external_fields,
      DROP COLUMN external_revision,
      DROP COLUMN external_id`);
}
