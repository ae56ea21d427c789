import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { NotFoundError } from '../errors';
import { PushDelivery } from '../models/PushDelivery';
import { PushEndpoint } from '../models/PushEndpoint';
import { switchOffPushEndpoint } from './switchOffPushEndpoint';
import { writeAudit, type AuditOrigin } from './writeAudit';

/** So many deliveries at a time. */
const AT_ONCE = 500;

/**
 * Deletes an endpoint with its address, its secret and its deliveries; the audit log keeps that there was one, whose, and
 * what became of it. It is switched off first, which ends its workflow: whatever stops this half way leaves one that is off,
 * and is well done again.
 */
export async function deletePushEndpoint(deps: Deps, id: number, origin: AuditOrigin): Promise<void> {
  await switchOffPushEndpoint(deps, id, origin);
  for (let deleted = AT_ONCE; deleted === AT_ONCE;) {
    deleted = await PushDelivery.destroy({ where: { endpointId: id }, limit: AT_ONCE });
  }
  await inTransaction(deps.db, async (transaction) => {
    const endpoint = await PushEndpoint.findByPk(id, { lock: true, transaction });
    if (!endpoint) throw new NotFoundError('There is no such endpoint.');
    const entity = { type: 'push_endpoint', id };
    const metadata = { customer: endpoint.customer, types: endpoint.types };
    await writeAudit(deps, origin, { action: 'push_endpoint_deleted', entity, metadata }, transaction);
    await endpoint.destroy({ transaction });
  });
}
