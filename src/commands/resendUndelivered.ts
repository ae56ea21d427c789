import type { Deps } from '../deps';
import { FAILED } from '../domain/resending';
import { eachDeliveryBatch, type DeliveryFilter } from '../queries/findDeliveries';
import { resendMails, type Resent } from './resendMails';
import type { AuditOrigin } from './writeAudit';

/** So many rows are held at once; whoever sends mails meanwhile waits for no more. */
const BATCH = 200;

/**
 * Sends again all that failed of what the filter asks for, however much it is. What helps nobody any more stays
 * where it is for good, so a look at some of them alone would one day see nothing else.
 */
export async function resendUndelivered(
  deps: Deps,
  filter: Omit<DeliveryFilter, 'states'>,
  { dryRun }: { readonly dryRun: boolean },
  origin: AuditOrigin,
): Promise<Resent> {
  const resent = new Map<number, string | null>();
  for await (const ids of eachDeliveryBatch({ ...filter, states: FAILED }, BATCH)) {
    const some = await resendMails(deps, { ids, evenIfSent: false, dryRun }, origin);
    for (const [id, why] of some) resent.set(id, why);
  }
  return resent;
}
