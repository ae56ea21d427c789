import { Op, type Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { WELL } from '../domain/pushes';
import { NotFoundError } from '../errors';
import { PushDelivery } from '../models/PushDelivery';
import { PushEndpoint } from '../models/PushEndpoint';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';
import { checkPushEndpoint } from './checkPushEndpoint';
import { writeAudit, type AuditOrigin } from './writeAudit';

export interface PushEndpointChange {
  readonly id: number;
  /** as they are where they are not given */
  readonly url?: string;
  readonly types?: readonly string[];
}

/**
 * Sends an endpoint's events elsewhere, or others from now on; its secret stays. What waits goes to the new address at once.
 *
 * @throws FieldErrors; nothing has been saved then
 */
export async function changePushEndpoint(deps: Deps, change: PushEndpointChange, origin: AuditOrigin): Promise<void> {
  const { id } = change;
  const found = await PushEndpoint.findByPk(id);
  if (!found) throw new NotFoundError('There is no such endpoint.');
  const { url, types } = await checkPushEndpoint(deps, wantedOf(found, change), found.url);
  const outboxIds = await inTransaction(deps.db, async (transaction) => {
    const endpoint = await PushEndpoint.findByPk(id, { lock: true, rejectOnEmpty: true, transaction });
    return changePushEndpointIn(deps, endpoint, { url, types }, origin, transaction);
  });
  await deliverOutbox(deps, ...outboxIds);
}

/**
 * The same within a commit.
 *
 * @param endpoint locked
 * @returns what is to be told after the commit
 */
export async function changePushEndpointIn(
  deps: Deps,
  endpoint: PushEndpoint,
  { url = endpoint.url, types }: Omit<PushEndpointChange, 'id'>,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<number[]> {
  const { id } = endpoint;
  const moved = endpoint.url !== url;
  // Whoever listens at another address has failed nothing yet.
  const fresh = moved ? WELL : {};
  await endpoint.update({ url, types: types?.join(',') ?? endpoint.types, ...fresh }, { transaction });
  const entity = { type: 'push_endpoint', id };
  const metadata = { moved, types: endpoint.types };
  await writeAudit(deps, origin, { action: 'push_endpoint_changed', entity, metadata }, transaction);
  if (!moved || endpoint.state === 'off') return [];
  await beginAnew(deps, id, transaction);
  return [await addToOutbox({ pushEndpointId: id }, 'endpoint well', transaction)];
}

/**
 * What was tried at the former address and waits by itself is due at once, and has its three days before it again. In an
 * outage that is the first events alone: the others have not been tried.
 */
async function beginAnew({ clock }: Pick<Deps, 'clock'>, endpointId: number, transaction: Transaction): Promise<void> {
  const where = { endpointId, state: 'queued' as const, firstTriedAt: { [Op.ne]: null } };
  await PushDelivery.update({ nextAttemptAt: clock.now(), firstTriedAt: null, attempts: 0 }, { where, transaction });
}

/** What it would be. */
export function wantedOf({ customer, url, types }: PushEndpoint, change: PushEndpointChange) {
  return { customer, url: change.url ?? url, types: change.types ?? types.split(',') };
}
