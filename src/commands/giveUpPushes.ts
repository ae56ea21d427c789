import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { PushDelivery } from '../models/PushDelivery';
import { PushEndpoint } from '../models/PushEndpoint';

/** So many deliveries at a time. */
const AT_ONCE = 500;

/**
 * Gives up what waits for an endpoint that is off. Each commit takes some of it: new events cannot be published while the
 * endpoint's row is held, whoever they are for.
 */
export async function giveUpPushes({ db }: Pick<Deps, 'db'>, endpointId: number): Promise<void> {
  for (let given = AT_ONCE; given === AT_ONCE;) {
    given = await inTransaction(db, async (transaction) => {
      const endpoint = await PushEndpoint.findByPk(endpointId, { lock: true, transaction });
      if (endpoint?.state !== 'off') return 0;
      const where = { endpointId, state: 'queued' as const };
      const givenUp = { state: 'failed', lastFailure: 'switched_off' } as const;
      const [count] = await PushDelivery.update(givenUp, { where, limit: AT_ONCE, transaction });
      return count;
    });
  }
}
