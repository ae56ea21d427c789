import type { CreationAttributes } from 'sequelize';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';

/** A row of the audit log as if it had been written then; its seal is none. */
export function buildAudit(
  action: ZoomAuditLog['action'],
  fields: Partial<CreationAttributes<ZoomAuditLog>> = {},
): Promise<ZoomAuditLog> {
  return ZoomAuditLog.create({ action, ipAddress: '203.0.113.7', seal: 'none', ...fields });
}
