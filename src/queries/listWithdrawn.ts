import type { Transaction } from 'sequelize';
import { ZoomAuditLog } from '../models/ZoomAuditLog';

/**
 * Those of these revoked passes that a person withdrew, as the audit log has it; the others were revoked because their
 * holder was no longer among the people of the order.
 */
export async function listWithdrawn(passIds: readonly number[], transaction: Transaction): Promise<Set<number>> {
  if (passIds.length === 0) return new Set();
  const rows = await ZoomAuditLog.findAll({
    where: {
      entityType: 'zoom_secure_token',
      entityId: [...passIds],
      action: ['pass_revoked', 'pass_restored'],
    },
    order: ['id'],
    transaction,
  });
  const last = new Map(rows.map(({ entityId, action }) => [entityId, action]));
  return new Set(passIds.filter((id) => last.get(id) === 'pass_revoked'));
}
