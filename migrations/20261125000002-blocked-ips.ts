import type { Sequelize } from 'sequelize';

/**
 * blocked_ips: addresses and networks that are not let in at the doors. A range is its first and last address as 32 hex
 * digits of the IPv6 form (IPv4 as ::ffff:a.b.c.d), so that both kinds compare as texts. Lifting a block ends it now; rows
 * stay, for the audit log names them.
 */
export async function up(db: Sequelize): Promise<void> {
  await db.query(`
    CREATE TABLE blocked_ips (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      network VARCHAR(49) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      range_start CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      range_end CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      reason VARCHAR(255) NOT NULL,
      created_by BIGINT UNSIGNED NOT NULL,
      expires_at DATETIME(3) NULL,
      created_at DATETIME(3) NOT NULL,
      updated_at DATETIME(3) NOT NULL,
      KEY blocked_ips_network (network),
      KEY blocked_ips_expires (expires_at),
      KEY blocked_ips_created_by (created_by),
      CONSTRAINT blocked_ips_created_by FOREIGN KEY (created_by) REFERENCES users (id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export async function down(db: Sequelize): Promise<void> {
  await db.query('DROP TABLE blocked_ips');
}
