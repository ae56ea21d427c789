import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { AppError, NotFoundError } from '../errors';
import { PushDelivery } from '../models/PushDelivery';
import { PushEndpoint } from '../models/PushEndpoint';
import { endSwitchOff, switchOffIn } from './switchOffPushEndpoint';
import { writeAudit, type AuditOrigin } from './writeAudit';

/** So many deliveries at a time. */
const AT_ONCE = 500;

/**
 * Deletes an endpoint with its address, its secret and its deliveries; the audit log keeps that there was one, whose, and
 * what became of it. It is switched off first, which ends its workflow: whatever stops this half way leaves one that is off,
 * and is well done again.
 *
 * @throws NotFoundError, AppError 412 where it was put or switched on again meanwhile: it stays then
 */
export async function deletePushEndpoint(deps: Deps, id: number, origin: AuditOrigin): Promise<void> {
  const outboxIds = await inTransaction(deps.db, async (transaction) =>
    beginDeletionIn(deps, await requireLocked(id, transaction), origin, transaction),
  );
  await endDeletion(deps, id, origin, outboxIds);
}

/**
 * Its first commit. What its program said of it before counts no more: one that it puts from now on is what it says in
 * every field, whatever its revision, and can be told by that.
 *
 * @param endpoint locked
 * @returns what is to be told after the commit, with `endDeletion`
 */
export async function beginDeletionIn(
  deps: Deps,
  endpoint: PushEndpoint,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<number[]> {
  const outboxIds = await switchOffIn(deps, endpoint, origin, transaction);
  await endpoint.update({ externalFields: null, externalRevision: null }, { transaction });
  return outboxIds;
}

/** Its other commits, each of which looks whether it is still to go. @throws as `deletePushEndpoint` */
export async function endDeletion(
  deps: Deps,
  id: number,
  origin: AuditOrigin,
  outboxIds: readonly number[],
): Promise<void> {
  await endSwitchOff(deps, id, outboxIds);
  for (let deleted = AT_ONCE; deleted === AT_ONCE;) {
    deleted = await inTransaction(deps.db, async (transaction) => {
      await requireGoing(id, transaction);
      return PushDelivery.destroy({ where: { endpointId: id }, limit: AT_ONCE, transaction });
    });
  }
  await inTransaction(deps.db, async (transaction) => {
    const endpoint = await requireGoing(id, transaction);
    const entity = { type: 'push_endpoint', id };
    const metadata = { customer: endpoint.customer, types: endpoint.types };
    await writeAudit(deps, origin, { action: 'push_endpoint_deleted', entity, metadata }, transaction);
    await endpoint.destroy({ transaction });
  });
}

async function requireLocked(id: number, transaction: Transaction): Promise<PushEndpoint> {
  const endpoint = await PushEndpoint.findByPk(id, { lock: true, transaction });
  if (!endpoint) throw new NotFoundError('There is no such endpoint.');
  return endpoint;
}

/** Whoever put it or switched it on meanwhile was told that it is there, and so it stays. */
async function requireGoing(id: number, transaction: Transaction): Promise<PushEndpoint> {
  const endpoint = await requireLocked(id, transaction);
  if (endpoint.state === 'off' && endpoint.externalFields === null) return endpoint;
  const message =
    'It was put or switched on again while it was being deleted, so it stays. Read it again, then decide.';
  throw new AppError(412, 'changed_meanwhile', message);
}
