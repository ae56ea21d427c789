import type { Deps } from '../deps';
import type { RefusedAction } from '../domain/refusedActions';
import type { FailureLimit } from '../security/failureLimit';
import { writeAudit, type AuditOrigin } from './writeAudit';

/**
 * Audits an attempt from a blocked address. Counted by block, not by address: whoever has a whole network must not fill
 * the log from each of its addresses.
 */
export async function recordBlockedAttempt(
  deps: Pick<Deps, 'signingKeys'>,
  limit: FailureLimit,
  { action, blockId }: { readonly action: RefusedAction; readonly blockId: number },
  origin: AuditOrigin,
): Promise<void> {
  if (!(await limit.count(String(blockId)))) return;
  const entity = { type: 'blocked_ip', id: blockId };
  await writeAudit(deps, origin, { action, entity, metadata: { reason: 'blocked' } }, null);
}
