import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { NotFoundError } from '../errors';
import { ApiKey } from '../models/ApiKey';
import { writeAudit, type AuditOrigin } from './writeAudit';

/**
 * Withdraws a key: the next call with it is refused.
 *
 * @returns whether it was good until now
 */
export async function revokeApiKey(deps: Deps, keyId: number, origin: AuditOrigin): Promise<boolean> {
  return inTransaction(deps.db, async (transaction) => {
    const key = await ApiKey.findByPk(keyId, { lock: true, transaction });
    if (!key) throw new NotFoundError('There is no such key.');
    if (key.revokedAt !== null) return false;
    await key.update({ revokedAt: deps.clock.now() }, { transaction });
    const entity = { type: 'api_key', id: key.id };
    await writeAudit(deps, origin, { action: 'api_key_revoked', entity }, transaction);
    return true;
  });
}
