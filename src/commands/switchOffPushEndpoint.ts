import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import type { OffReason } from '../domain/pushes';
import { NotFoundError } from '../errors';
import { PushEndpoint } from '../models/PushEndpoint';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';
import { closeIncident } from './closeIncident';
import { giveUpPushes } from './giveUpPushes';
import { openIncident, type Trouble } from './openIncident';
import { THE_SYSTEM, writeAudit, type AuditOrigin } from './writeAudit';

type SwitchDeps = Pick<Deps, 'db' | 'clock' | 'signingKeys' | 'temporal' | 'logger'>;

/** What is wrong when an endpoint was switched off by us. */
export function endpointOff(pushEndpointId: number): Trouble {
  return { cause: 'push_endpoint_off', pushEndpointId };
}

/**
 * Sends an endpoint nothing more; what waits for it is given up, and can be pushed again later. One that had been
 * switched off by itself stays off, and is nobody's trouble any more.
 *
 * @returns whether it was on until now
 */
export async function switchOffPushEndpoint(deps: SwitchDeps, id: number, origin: AuditOrigin): Promise<boolean> {
  const { wasOn, outboxIds } = await inTransaction(deps.db, async (transaction) => {
    const endpoint = await PushEndpoint.findByPk(id, { lock: true, transaction });
    if (!endpoint) throw new NotFoundError('There is no such endpoint.');
    const was = endpoint.state === 'on';
    return { wasOn: was, outboxIds: await switchOffIn(deps, endpoint, origin, transaction) };
  });
  await endSwitchOff(deps, id, outboxIds);
  return wasOn;
}

/**
 * The same within a commit.
 *
 * @param endpoint locked
 * @returns what is to be told after the commit, with `endSwitchOff`
 */
export async function switchOffIn(
  deps: SwitchDeps,
  endpoint: PushEndpoint,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<number[]> {
  if (endpoint.offReason === 'by_hand') return [];
  await switchOff(deps, endpoint, 'by_hand', transaction);
  await audit(deps, origin, endpoint, transaction);
  const closed = await closeIncident(deps, endpointOff(endpoint.id), transaction);
  // Its workflow may sleep until the next try, and has nothing to wait for any more.
  const told = await addToOutbox({ pushEndpointId: endpoint.id }, 'endpoint off', transaction);
  return closed === null ? [told] : [closed, told];
}

/** What is left to do when it is committed that an endpoint is off: others are told, and what waits for it is given up. */
export async function endSwitchOff(deps: SwitchDeps, id: number, outboxIds: readonly number[]): Promise<void> {
  await deliverOutbox(deps, ...outboxIds);
  await giveUpPushes(deps, id);
}

/**
 * The same because its receiver is gone, or takes nothing; admins are told.
 *
 * @returns what is to be told after the commit, with `endSwitchOff`
 */
export async function switchOffByItself(
  deps: SwitchDeps,
  endpoint: PushEndpoint,
  reason: Exclude<OffReason, 'by_hand'>,
  transaction: Transaction,
): Promise<number[]> {
  await switchOff(deps, endpoint, reason, transaction);
  await audit(deps, THE_SYSTEM, endpoint, transaction);
  return openIncident(deps, endpointOff(endpoint.id), transaction);
}

async function switchOff(
  { clock }: SwitchDeps,
  endpoint: PushEndpoint,
  offReason: OffReason,
  transaction: Transaction,
): Promise<void> {
  const offSince = endpoint.offSince ?? clock.now();
  await endpoint.update({ state: 'off', offReason, offSince, pausedUntil: null }, { transaction });
}

function audit(
  deps: SwitchDeps,
  origin: AuditOrigin,
  { id, offReason }: PushEndpoint,
  transaction: Transaction,
): Promise<void> {
  const entity = { type: 'push_endpoint', id };
  return writeAudit(
    deps,
    origin,
    { action: 'push_endpoint_off', entity, metadata: { reason: offReason } },
    transaction,
  );
}
