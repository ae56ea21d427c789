import type { Sequelize } from 'sequelize';

/** Addresses that a mail server has refused, as SHA-256, until a mail gets through to them again. */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE bounced_addresses (
      address_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
      bounced_at DATETIME(3) NOT NULL
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE bounced_addresses');
}
