import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { NotFoundError } from '../errors';
import { PushEndpoint } from '../models/PushEndpoint';
import { deliverOutbox } from '../temporal/outbox';
import { closeIncident } from './closeIncident';
import { endpointOff } from './switchOffPushEndpoint';
import { writeAudit, type AuditOrigin } from './writeAudit';

/**
 * Sends an endpoint from now on what happens; what happened meanwhile it gets when it is pushed again.
 *
 * @returns whether it was off until now
 */
export async function switchOnPushEndpoint(deps: Deps, id: number, origin: AuditOrigin): Promise<boolean> {
  const { wasOff, outboxIds } = await inTransaction(deps.db, async (transaction) => {
    const endpoint = await PushEndpoint.findByPk(id, { lock: true, transaction });
    if (!endpoint) throw new NotFoundError('There is no such endpoint.');
    if (endpoint.state === 'on') return { wasOff: false, outboxIds: [] };
    const well = { failures: 0, failingSince: null, pausedUntil: null };
    await endpoint.update({ state: 'on', offReason: null, offSince: null, ...well }, { transaction });
    await writeAudit(deps, origin, { action: 'push_endpoint_on', entity: { type: 'push_endpoint', id } }, transaction);
    const closed = await closeIncident(deps, endpointOff(id), transaction);
    return { wasOff: true, outboxIds: closed === null ? [] : [closed] };
  });
  await deliverOutbox(deps, ...outboxIds);
  return wasOff;
}
