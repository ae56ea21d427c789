import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { PushEndpoint } from '../models/PushEndpoint';
import { endpointDigests, tagOf } from '../queries/externalFields';
import { requireEndpointOf, type ExternalEndpointId } from '../queries/externalPushEndpoints';
import { deletePushEndpoint } from './deletePushEndpoint';
import { checkTag, refuseOld, type Precondition } from './preconditions';
import { endSwitchOff, switchOffIn } from './switchOffPushEndpoint';
import type { AuditOrigin } from './writeAudit';

type Deleting = ExternalEndpointId & Pick<Precondition, 'ifMatch' | 'onlyNew' | 'revision'>;

/**
 * Deletes an endpoint for a marketplace's program. Whether the call is a late one is looked at in the commit that switches
 * it off; the rest follows from that.
 *
 * @returns how it was
 * @throws NotFoundError, AppError 409 and 412; it is as it was then
 */
export async function deleteEndpointOf(deps: Deps, put: Deleting, origin: AuditOrigin): Promise<PushEndpoint> {
  const { was, outboxIds } = await inTransaction(deps.db, async (transaction) => {
    const endpoint = await requireEndpointOf(put, transaction);
    const { url, types, state } = endpoint;
    checkTag(put, tagOf(endpointDigests({ url, types: types.split(','), enabled: state === 'on' })));
    refuseOld(put.revision, endpoint.externalRevision, true);
    const before = PushEndpoint.build({ ...endpoint.get() }, { isNewRecord: false });
    return { was: before, outboxIds: await switchOffIn(deps, endpoint, origin, transaction) };
  });
  await endSwitchOff(deps, was.id, outboxIds);
  await deletePushEndpoint(deps, was.id, origin);
  return was;
}
