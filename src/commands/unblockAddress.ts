import type { Deps } from '../deps';
import { inTransaction } from '../db/transaction';
import { BlockedIp } from '../models/BlockedIp';
import { writeAudit, type AuditOrigin } from './writeAudit';

/**
 * Ends a block now, and any twin of it that two admins made at one moment.
 *
 * @returns false when it was over already
 */
export function unblockAddress(deps: Deps, { id, network }: BlockedIp, origin: AuditOrigin): Promise<boolean> {
  return inTransaction(deps.db, async (transaction) => {
    const now = deps.clock.now();
    const block = await BlockedIp.findByPk(id, { lock: transaction.LOCK.UPDATE, transaction });
    if (!block?.isInForce(now)) return false;
    await BlockedIp.update({ expiresAt: now }, { where: { network, ...BlockedIp.inForce(now) }, transaction });
    await writeAudit(deps, origin, { action: 'ip_unblocked', entity: { type: 'blocked_ip', id } }, transaction);
    return true;
  });
}
