import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { PushEndpoint } from '../models/PushEndpoint';
import { endpointDigests, tagOf } from '../queries/externalFields';
import { requireEndpointOf, type ExternalEndpointId } from '../queries/externalPushEndpoints';
import { beginDeletionIn, endDeletion } from './deletePushEndpoint';
import { checkTag, refuseOld, type Precondition } from './preconditions';
import type { AuditOrigin } from './writeAudit';

type Deleting = ExternalEndpointId & Pick<Precondition, 'ifMatch' | 'onlyNew' | 'revision'>;

/**
 * Deletes an endpoint for a marketplace's program. Whether the call is a late one is looked at in the commit that switches
 * it off; the rest follows from that, unless the program puts it again meanwhile: then it stays as it was put.
 *
 * @returns how it was
 * @throws NotFoundError, AppError 409 and 412
 */
export async function deleteEndpointOf(deps: Deps, put: Deleting, origin: AuditOrigin): Promise<PushEndpoint> {
  const { was, outboxIds } = await inTransaction(deps.db, async (transaction) => {
    const endpoint = await requireEndpointOf(put, transaction);
    const { url, types, state } = endpoint;
    checkTag(put, tagOf(endpointDigests({ url, types: types.split(','), enabled: state === 'on' })));
    refuseOld(put.revision, endpoint.externalRevision, true);
    const before = PushEndpoint.build({ ...endpoint.get() }, { isNewRecord: false });
    return { was: before, outboxIds: await beginDeletionIn(deps, endpoint, origin, transaction) };
  });
  await endDeletion(deps, was.id, origin, outboxIds);
  return was;
}
