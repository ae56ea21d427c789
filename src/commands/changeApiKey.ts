import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { AppError, NotFoundError } from '../errors';
import { ApiKey } from '../models/ApiKey';
import { checkScopes, storedScopes } from './createApiKey';
import { writeAudit, type AuditOrigin } from './writeAudit';

export interface ApiKeyChange {
  readonly id: number;
  /** all that it may do from now on */
  readonly scopes: readonly string[];
}

/**
 * Lets a key do more, or less, from its next call on; the key itself stays as it is.
 *
 * @returns whether it could do anything else until now
 * @throws FieldErrors, AppError 409; nothing has been saved then
 */
export async function changeApiKey(deps: Deps, { id, scopes }: ApiKeyChange, origin: AuditOrigin): Promise<boolean> {
  checkScopes(scopes);
  return inTransaction(deps.db, async (transaction) => {
    const key = await ApiKey.findByPk(id, { lock: true, transaction });
    if (!key) throw new NotFoundError('There is no such key.');
    if (key.revokedAt !== null) throw new AppError(409, 'key_withdrawn', 'The key is withdrawn. Make a new one.');
    const former = key.scopes;
    const wanted = storedScopes(scopes);
    if (wanted === former) return false;
    await key.update({ scopes: wanted }, { transaction });
    const metadata = { scopes: wanted, former };
    await writeAudit(
      deps,
      origin,
      { action: 'api_key_changed', entity: { type: 'api_key', id }, metadata },
      transaction,
    );
    return true;
  });
}
