import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { WELL } from '../domain/pushes';
import { NotFoundError } from '../errors';
import { PushDelivery } from '../models/PushDelivery';
import { PushEndpoint } from '../models/PushEndpoint';
import { deliverOutbox } from '../temporal/outbox';
import { closeIncident } from './closeIncident';
import { giveUpPushes } from './giveUpPushes';
import { endpointOff } from './switchOffPushEndpoint';
import { writeAudit, type AuditOrigin } from './writeAudit';

/**
 * Sends an endpoint from now on what happens; what happened meanwhile it gets when it is pushed again. Something may wait
 * for it yet: what was being published while it was switched off, or what a process that died was giving up.
 *
 * @returns whether it was off until now
 */
export async function switchOnPushEndpoint(deps: Deps, id: number, origin: AuditOrigin): Promise<boolean> {
  await giveUpPushes(deps, id);
  const { wasOff, outboxIds } = await inTransaction(deps.db, async (transaction) => {
    const endpoint = await PushEndpoint.findByPk(id, { lock: true, transaction });
    if (!endpoint) throw new NotFoundError('There is no such endpoint.');
    const was = endpoint.state === 'off';
    return { wasOff: was, outboxIds: await switchOnIn(deps, endpoint, origin, transaction) };
  });
  await deliverOutbox(deps, ...outboxIds);
  return wasOff;
}

/**
 * The same within a commit, before which all that waited for it was given up, as far as it was known.
 *
 * @param endpoint locked
 * @returns what is to be told after the commit
 */
export async function switchOnIn(
  deps: Deps,
  endpoint: PushEndpoint,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<number[]> {
  if (endpoint.state === 'on') return [];
  const { id } = endpoint;
  // What has come since, which is little.
  const left = { where: { endpointId: id, state: 'queued' as const }, transaction };
  await PushDelivery.update({ state: 'failed', lastFailure: 'switched_off' }, left);
  await endpoint.update({ state: 'on', offReason: null, offSince: null, ...WELL }, { transaction });
  await writeAudit(deps, origin, { action: 'push_endpoint_on', entity: { type: 'push_endpoint', id } }, transaction);
  const closed = await closeIncident(deps, endpointOff(id), transaction);
  return closed === null ? [] : [closed];
}
