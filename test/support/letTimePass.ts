import { QueryTypes, type Sequelize } from 'sequelize';

/** Their rows are sealed with their instants, and nothing waits for them. */
const SEALED = ['zoom_audit_logs', 'audit_links'];

/**
 * Lets minutes pass for everything that MySQL knows of, by moving every instant in it back: whoever looks at the rows by
 * the clock on the wall finds what they would find so many minutes later. For what no clock can be skipped in.
 */
export async function letTimePass(db: Sequelize, minutes: number): Promise<void> {
  const columns = await db.query<{ table_name: string; column_name: string }>(
    `SELECT table_name AS table_name, column_name AS column_name FROM information_schema.columns
      WHERE table_schema = DATABASE() AND data_type = 'datetime'`,
    { type: QueryTypes.SELECT },
  );
  const byTable = new Map<string, string[]>();
  for (const { table_name: table, column_name: column } of columns) {
    if (!SEALED.includes(table)) byTable.set(table, [...(byTable.get(table) ?? []), column]);
  }
  for (const [table, names] of byTable) {
    const moved = names.map((name) => `\`${name}\` = TIMESTAMPADD(MINUTE, -${minutes}, \`${name}\`)`);
    await db.query(`UPDATE \`${table}\` SET ${moved.join(', ')}`, { type: QueryTypes.UPDATE });
  }
  await db.query(
    `UPDATE class_dates SET local_start = DATE_FORMAT(starts_at, '%Y-%m-%dT%H:%i') WHERE time_zone = 'UTC'`,
    { type: QueryTypes.UPDATE },
  );
}
