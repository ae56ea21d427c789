import { QueryTypes, type Sequelize } from 'sequelize';
import { ZoomAuditLog } from '../models/ZoomAuditLog';

/**
 * The next audit rows that are not in the chain yet, by id. A row may commit later than one with a higher id, so the
 * question is which rows have no link, never which are newer than the last that has one.
 */
export async function findUnlinkedAudits(
  db: Sequelize,
  { afterId, limit }: { afterId: number; limit: number },
): Promise<ZoomAuditLog[]> {
  const found = await db.query<{ id: number }>(
    `SELECT a.id FROM zoom_audit_logs a LEFT JOIN audit_links l ON l.audit_id = a.id
      WHERE a.id > :afterId AND l.audit_id IS NULL ORDER BY a.id LIMIT ${Number(limit)}`,
    { type: QueryTypes.SELECT, replacements: { afterId } },
  );
  return ZoomAuditLog.findAll({ where: { id: found.map(({ id }) => id) }, order: ['id'] });
}
